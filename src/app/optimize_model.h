#pragma once

#include <memory>
#include <string>

#include "app/chat_options.h"
#include "app/context.h"
#include "ledger/ledger.h"
#include "optimize/search.h"

namespace syswright::app {

/// What a language model is told and may cost, for `syswright optimize`.
struct ModelArguments {
  std::string designer;    ///< "marks", "reflect"; empty: as asks_model says
  std::string objective;   ///< in words
  std::string background;  ///< file; empty: none
  std::string ledger;
  std::size_t proposals = 4;
  ChatArguments chat;
};

/// Adds --designer, --objective, --background, --proposals, --ledger and the options of chat_options.h.
void add_model_options(CLI::App& command, ModelArguments& arguments);

/// Whether a language model is to be asked: where --designer says so; else where anything was given that only it can
/// use, or the environment names one. Throws InputError for designers that there are not, and for options that do not
/// go together. from_nothing: there is no text yet.
bool asks_model(const Context& context, const ModelArguments& arguments, bool from_nothing);

/// A search in which language models rewrite the artefact (optimize/reflect.h), recorded in the ledger as a run.
class ModelSearch {
 public:
  /// options: of the run, as the ledger keeps them; its "models" are filled in. Throws InputError where no model can be
  /// asked, or a replay cannot be one.
  ModelSearch(const Context& context, const ModelArguments& arguments, const std::string& budget, std::uint64_t seed);

  optimize::Outcome search(const optimize::Task& task, const std::vector<std::string>& names, std::size_t longest);
  /// outcome: JSON.
  void end(const std::string& outcome) { ledger_->end_run(run_, outcome); }

 private:
  const ModelArguments& arguments_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<design::ChatService> chat_;
  RunId run_ = 0;
};

}  // namespace syswright::app
