#pragma once

#include <map>
#include <string>
#include <vector>

#include "design/chat.h"
#include "design/notebook.h"
#include "research/playground.h"
#include "research/protocol.h"

namespace syswright::research {

/// What several researchers have in common.
struct Bench {
  explicit Bench(design::Search& search) : playground(search) {}
  Playground playground;
  design::Notebook notebook;
};

/// One researcher at the playground: carries out what a model asks for, and keeps the conversation with it.
class Agent {
 public:
  Agent(Bench& bench, std::size_t place);

  /// Programs that it may name: the known heuristics, and what it tried.
  void knows(const std::string& name, Candidate& candidate);
  /// A fresh conversation: system message, the system, the tools, and a digest of what is known so far.
  void begin();
  const std::vector<design::ChatMessage>& messages() const { return messages_; }
  std::size_t length() const;  ///< bytes of the conversation
  ToolContext context() const;

  /// Does it, and tells the model in the conversation. answer: as the model gave it. True if the program that leads is
  /// better than before.
  bool carry_out(const std::string& answer, const ToolRequest& request, const std::string& who);
  /// A word of the supervisor, to stand before the next question.
  void hear(const std::string& words);
  /// Hypotheses and results without programs: what a supervisor sees.
  std::string findings(std::size_t last) const;

  Candidate* leader() const { return leader_; }
  const std::string& name() const { return name_; }
  std::size_t since_gain() const { return since_gain_; }
  std::size_t since_review() const { return since_review_; }
  void reviewed() { since_review_ = 0; }

 private:
  using Entry = design::NotebookEntry;
  std::string run(const ToolRequest& request, Entry& entry);
  std::string compare(const ToolRequest& request, Entry& entry);
  std::string slice(const ToolRequest& request, Entry& entry);
  std::string ablate(const ToolRequest& request, Entry& entry);
  std::string bound(const ToolRequest& request, Entry& entry);
  std::string tune(const ToolRequest& request, Entry& entry);
  std::string plot(const ToolRequest& request, Entry& entry);
  std::string take(Candidate& candidate, const std::string& name, Entry& entry);
  std::string standing() const;
  std::string fresh_name(const std::string& wanted) const;
  Candidate& candidate(const std::string& name) const { return *tried_.at(name); }

  Bench& bench_;
  std::string name_;
  std::vector<std::string> names_;  // in the order tried
  std::map<std::string, Candidate*> tried_;
  Candidate* leader_ = nullptr;
  std::vector<design::ChatMessage> messages_;
  std::vector<std::string> findings_;
  std::size_t since_gain_ = 0;
  std::size_t since_review_ = 0;
};

}  // namespace syswright::research
