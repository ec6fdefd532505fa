#pragma once

/// llm/: language models behind an address on the network, as design/chat.h describes them: a client for chat
/// completions in the form that OpenAI's interface made common (hosted ones, Ollama, llama.cpp, vLLM), what a user sets
/// for it, and a record of every exchange in the ledger, from which a run is replayed without the model.
