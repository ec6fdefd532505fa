#include "studies/scripted_smith.h"

#include <fmt/format.h>

#include <array>

#include "base/random.h"

namespace syswright::studies {
namespace {

using design::ChatReply;
using design::ChatRequest;
using design::ScriptedChat;

/// Ordinals of one conversation (design/consultations.cpp).
constexpr std::uint64_t exchanges = 16;

std::string program(Random random, const std::string& contract) {
  const double worth = random.uniform(0.1, 4);
  const double most = std::floor(random.uniform(2, 40));
  // In a queue scores are made at a touch: recency is the request number of the last access.
  const std::array<std::string, 3> shapes{
      fmt::format("rank evict(last_access, accesses, entries) by queue {{ {} return -(last_access + {:.2f} * entries * "
                  "min(accesses, {:.0f})); }}",
                  contract, worth, most),
      fmt::format("rank evict(recency, gap, accesses, entries) by sample {{ {} return (recency + min(gap, {:.2f} * "
                  "entries)) / accesses; }}",
                  contract, worth),
      fmt::format(
          "rank evict(last_access, heat, accesses, entries) by queue {{ {} return -(last_access + {:.2f} * entries "
          "* heat + accesses); }}",
          contract, worth)};
  return "policy guess for cache { " + shapes[random.below(shapes.size())] + " }";
}

ChatReply fenced(const std::string& text) { return ScriptedChat::says("I see.\n```policy\n" + text + "\n```\n"); }

}  // namespace

std::shared_ptr<ScriptedChat> scripted_smith(std::uint64_t seed, bool contract) {
  const auto rule = [seed, contract](const ChatRequest& request) {
    const std::uint64_t conversation = request.options.ordinal / exchanges;
    const bool first = request.options.ordinal % exchanges == 0;
    const Random random(seed, "scripted smith", request.options.ordinal);
    const std::string holds = contract ? "ensure decreasing in accesses;" : "";
    switch (conversation % 8) {
      case 2:
        if (first) return ScriptedChat::says("```python\ndef evict(x):\n    return x.age\n```");
        break;
      case 4:
        if (first) return fenced("policy guess for cache { rank evict(age, size) by sample { return age + size; } }");
        break;
      case 5:
        if (first && contract) {
          return fenced(
              "policy guess for cache { rank evict(accesses) by sample { ensure decreasing in accesses; return "
              "accesses; } }");
        }
        break;
      case 6:
        return ScriptedChat::says("It depends on the workload.");
      default:
        break;
    }
    return fenced(program(random, holds));
  };
  return std::make_shared<ScriptedChat>("scripted", design::ChatPrice{}, rule);
}

std::string spoken_notes(const std::vector<std::string>& notes) {
  std::string text;
  for (const std::string& note : notes) {
    if (!note.starts_with("programs of the model") && !note.starts_with("contracts:")) continue;
    text += (text.empty() ? "" : "; ") + note;
  }
  return text;
}

}  // namespace syswright::studies
