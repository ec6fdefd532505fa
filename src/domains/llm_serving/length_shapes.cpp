#include <array>

#include "base/error.h"
#include "base/text.h"
#include "domains/llm_serving/lengths.h"

namespace syswright::llm_serving {
namespace {

constexpr std::array<double, 12> levels{0, 0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99, 0.999, 1};
using Quantiles = std::array<double, 12>;

/// Quantiles of prompts and outputs at `levels`, as measured on the public data set that `source` names.
struct Shape {
  const char* name;
  const char* source;
  Quantiles prompt;
  Quantiles output;
  double correlation;
  double inflated_share;
  std::uint32_t context;
};

constexpr std::array<Shape, 5> shapes{{
    {"sharegpt",
     "first turns of ShareGPT by Llama 3's tokenizer (482 requests of a public rerun of the Glia experiment), 5 % of "
     "prompts and 5 % of outputs ten times as long, 8,192 tokens of context",
     {4, 4, 6, 9, 14, 33, 137, 636, 1209, 3630, 5017, 5017},
     {4, 9, 29, 59, 133, 248, 384, 585, 715, 768, 1663, 1663},
     0.07,
     0.05,
     8192},
    {"azure-code",
     "Azure LLM inference trace 2023, code (Patel et al., Splitwise, ISCA 2024)",
     {3, 17, 75, 147, 578, 1469, 2745, 5194, 7315, 7436, 7437, 7437},
     {6, 6, 6, 7, 9, 13, 24, 55, 90, 252, 824, 1899},
     -0.02,
     0,
     0},
    {"azure-conversation",
     "Azure LLM inference trace 2023, conversation (Patel et al., Splitwise, ISCA 2024)",
     {2, 29, 181, 207, 396, 1020, 1189, 2735, 4083, 4142, 6122, 14050},
     {7, 16, 41, 54, 85, 129, 395, 424, 451, 601, 954, 1000},
     0.08,
     0,
     0},
    {"mooncake",
     "Mooncake conversation trace (Qin et al., FAST 2025)",
     {891, 894, 901, 964, 2306, 6909, 15368, 27367, 39552, 85401, 121298, 126195},
     {1, 3, 10, 24, 156, 350, 472, 597, 698, 1120, 2000, 2000},
     0.08,
     0,
     0},
    {"arxiv",
     "summaries of arXiv articles by Llama 2's tokenizer (Agrawal et al., Vidur, MLSys 2024)",
     {1, 73, 747, 1242, 1986, 2730, 3370, 3702, 3813, 3934, 4011, 4054},
     {5, 36, 60, 78, 115, 167, 242, 372, 737, 3273, 3843, 4056},
     -0.12,
     0,
     4096},
}};

LengthCurve curve(const Quantiles& quantiles) {
  LengthCurve curve;
  curve.kind = LengthCurve::Kind::quantiles;
  for (std::size_t i = 0; i < levels.size(); ++i) curve.knots.push_back({levels[i], quantiles[i]});
  return curve;
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& length_shapes() {
  static const std::vector<std::pair<std::string, std::string>> list = [] {
    std::vector<std::pair<std::string, std::string>> named;
    for (const Shape& shape : shapes) named.emplace_back(shape.name, shape.source);
    return named;
  }();
  return list;
}

Lengths length_shape(const std::string& name) {
  for (const Shape& shape : shapes) {
    if (shape.name != name) continue;
    Lengths lengths;
    lengths.name = shape.name;
    lengths.prompt = curve(shape.prompt);
    lengths.output = curve(shape.output);
    lengths.correlation = shape.correlation;
    lengths.inflated_share = shape.inflated_share;
    lengths.context = shape.context;
    return lengths;
  }
  std::vector<std::string> names;
  for (const Shape& shape : shapes) names.emplace_back(shape.name);
  throw InputError("unknown lengths '" + name + "'" + did_you_mean(name, names) + "; there are " + join(names) +
                   ", fixed:prompt=512,output=128 and "
                   "log-normal:prompt=1020,prompt-sigma=0.9,output=129,output-sigma=0.8");
}

}  // namespace syswright::llm_serving
