#include "policy/export.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>

#include "policy/compile.h"
#include "policy/export_names.h"
#include "policy/semantics.h"
#include "tests/support/agreement.h"
#include "tests/support/export_harness.h"
#include "tests/support/sample_signature.h"

namespace syswright::policy {
namespace {

using testing::HasSubstr;
using testing::Not;

ProgramPtr program_of(const std::string& text,
                      std::shared_ptr<const Signature> signature = support::sample_signature()) {
  const std::vector<std::shared_ptr<const Signature>> signatures{std::move(signature)};
  return compile(text, "p.pol", signatures);
}

const std::string small = R"(policy keep_small_hot for cache {
  stat pace = ewma(inter_arrival, 0.9);
  stat typical = percentile(hits, 0.5);
  rank evict(hits, age, size) by sample {
    let heat = hits / max(age, 1s);
    return (hits > typical ? heat : -heat) * (1 + pace / 1s) / (size / 1B);
  }
  value admit(size, ghost) { if size > 64KiB and not ghost { return refuse; } return take; }
})";

std::string exported(std::string_view language, const Program& program) {
  return find_exporter(language).write(program);
}

TEST(Exporters, AreFoundByName) {
  EXPECT_EQ(exporters().size(), 3u);
  for (const Exporter& exporter : exporters()) EXPECT_EQ(&find_exporter(exporter.name), &exporter);
  try {
    (void)find_exporter("pythn");
    FAIL() << "an unknown language was accepted";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "unknown export language 'pythn'; did you mean 'python'?; there are c, cpp, python");
  }
}

TEST(Exporters, SayWhatTheProgramIs) {
  const auto program = program_of(small);
  for (const Exporter& exporter : exporters()) {
    const std::string text = exporter.write(*program);
    EXPECT_THAT(text, HasSubstr(program->digest().hex())) << exporter.name;
    EXPECT_THAT(text, HasSubstr("stat pace = ewma(inter_arrival, 0.9);")) << exporter.name;
    EXPECT_THAT(text, HasSubstr("bytes, 1 to inf. Size of the object.")) << exporter.name;
    EXPECT_THAT(text, HasSubstr("Written for mode 'sample'.")) << exporter.name;
  }
}

TEST(Exporters, NameActionsAndFeatures) {
  const auto program = program_of(small);
  const std::string c = exported("c", *program);
  EXPECT_THAT(
      c, HasSubstr(
             "enum keep_small_hot_admit_action { KEEP_SMALL_HOT_ADMIT_REFUSE = 0, KEEP_SMALL_HOT_ADMIT_TAKE = 1 };"));
  EXPECT_THAT(c, HasSubstr("const double t1 = f->hits / sw_max(f->age, 1.0);"));
  EXPECT_THAT(exported("cpp", *program), HasSubstr("enum class AdmitAction { refuse, take };"));
  EXPECT_THAT(exported("python", *program), HasSubstr("def admit(f):"));
}

TEST(Exporters, LeaveOutWhatTheProgramDoesNotUse) {
  const auto program = program_of("policy p for cache { rank evict(hits) { return hits; } }");
  EXPECT_THAT(exported("c", *program), Not(HasSubstr("sw_ewma")));
  EXPECT_THAT(exported("cpp", *program), Not(HasSubstr("class Ewma")));
  EXPECT_THAT(exported("python", *program), Not(HasSubstr("class _Ewma")));
}

/// Names that mean something else in some language, text that would end a comment, and rules without inputs.
ProgramPtr awkward_program() {
  auto signature = std::make_shared<Signature>(*support::sample_signature());
  Decision& evict = signature->decisions[0];
  evict.doc = "Ends */ a comment, \"\"\" a string and // a line \\";
  for (const char* name : {"double", "lambda", "linux", "errno", "t1", "f", "self", "EvictFeatures"})
    evict.features.push_back({.name = name, .doc = "*/ \\"});
  signature->decisions[1].actions = {"class", "None"};
  return program_of(R"(policy namespace for cache {
    stat t2 = ewma(request_size, 0.5);
    stat reset = mean(hit, 3);
    stat int = last(inter_arrival, 2);
    rank evict(double, lambda, linux, errno, t1, f, self, EvictFeatures, hits) {
      let x = double * lambda + linux;
      return x * x + errno * t1 - f / self + EvictFeatures + t2 / 1B + reset + int / 1s;
    }
    value admit() { return None; }
  })",
                    signature);
}

TEST(Exporters, CompileWithoutWarnings) {
  const support::TemporaryFolder folder;
  std::size_t number = 0;
  for (const ProgramPtr& program : {program_of(small), awkward_program()}) {
    const std::string base = folder.file(fmt::format("p{}", number++));
    for (const Exporter& exporter : exporters())
      support::write_text(base + std::string(exporter.extension), exporter.write(*program));
    // Included twice, beside another policy: as a user would.
    support::write_text(base + ".c", fmt::format("#include \"{0}.h\"\n#include \"{0}.h\"\n#include \"{1}\"\n", base,
                                                 folder.file("p0.h")));
    support::write_text(base + ".cpp", fmt::format("#include \"{0}.hpp\"\n#include \"{0}.hpp\"\n#include \"{1}\"\n",
                                                   base, folder.file("p0.hpp")));
    const std::string flags = "-Wall -Wextra -Wpedantic -Wshadow -Werror -ffp-contract=off -O1 -c -o /dev/null";
    for (const char* compiler : {"cc", "clang", "clang-19"}) {
      if (std::system(fmt::format("command -v {} > /dev/null", compiler).c_str()) != 0) continue;
      EXPECT_EQ(std::system(fmt::format("{} -std=c99 {} {}.c", compiler, flags, base).c_str()), 0)
          << exported("c", *program);
    }
    for (const char* compiler : {"c++", "clang++", "clang++-19"}) {
      if (std::system(fmt::format("command -v {} > /dev/null", compiler).c_str()) != 0) continue;
      EXPECT_EQ(std::system(fmt::format("{} -std=c++17 {} {}.cpp", compiler, flags, base).c_str()), 0)
          << exported("cpp", *program);
    }
    if (std::system("command -v python3 > /dev/null") == 0) {
      EXPECT_EQ(std::system(fmt::format("python3 -W error -B {}.py", base).c_str()), 0) << exported("python", *program);
    }
  }
}

TEST(ExportNames, SuitEveryLanguage) {
  EXPECT_EQ(identifier("age"), "age");
  EXPECT_EQ(identifier("inter-arrival time"), "inter_arrival_time");
  EXPECT_EQ(identifier("2nd"), "x_2nd");
  EXPECT_EQ(identifier("_hidden"), "x_hidden");
  EXPECT_EQ(identifier(""), "x_");
  EXPECT_EQ(identifier("lambda"), "lambda_");
  EXPECT_EQ(identifier("double"), "double_");
  EXPECT_EQ(type_identifier("keep_small_hot"), "KeepSmallHot");
  EXPECT_EQ(capital_identifier("keep small"), "KEEP_SMALL");
  Names names;
  EXPECT_EQ(names.take("a"), "a");
  EXPECT_EQ(names.take("a"), "a_2");
}

TEST(ExportNames, CommentsStayComments) {
  EXPECT_EQ(comment_text("a */ b"), "a * / b");
  EXPECT_EQ(comment_text("a /* b"), "a / * b");
  EXPECT_EQ(comment_text("\"\"\""), "\"\" \"");
  EXPECT_EQ(comment_text("a\\\nb"), "a/ b");
}

constexpr auto statistic_texts = std::to_array<const char*>(
    {"ewma(hit, 0.9)", "ewma(hit, 0)", "mean(hit, 7)", "mean(hit, 1)", "min(hit, 5)", "max(hit, 4)", "count(hit, 16)",
     "last(hit, 0)", "last(hit, 3)", "quantile(hit, 0.9)", "quantile(hit, 0.05)"});
constexpr std::size_t stream_count = 6;
constexpr std::size_t stream_length = 150;

/// A program that answers with one statistic.
ProgramPtr statistic_program(std::size_t index) {
  return program_of(fmt::format("policy s{} for cache {{ stat a = {}; rank evict() {{ return a; }} }}", index,
                                statistic_texts[index]));
}

/// Long enough for windows to wrap and quantiles to settle; every third stream is nasty.
std::vector<double> nth_stream(std::size_t index) {
  Random random(5, "statistic stream", index);
  std::vector<double> values;
  for (std::size_t i = 0; i < stream_length; ++i) {
    values.push_back(index % 3 == 0 ? support::random_value(random, -semantics::largest, semantics::largest)
                                    : (random.chance(0.2) ? 0.0 : random.exponential(0.1)));
  }
  return values;
}

/// values(statistic, stream) are what an export's statistic was after each observation.
template <typename Values>
void expect_statistics(std::string_view who, Values values) {
  for (std::size_t index = 0; index < statistic_texts.size(); ++index) {
    const StatisticRuntime runtime(statistic_program(index)->statistics().at(0));
    for (std::size_t s = 0; s < stream_count; ++s) {
      const std::vector<double> observed = nth_stream(s);
      const std::vector<double> answers = values(index, observed);
      ASSERT_EQ(answers.size(), stream_length);
      std::vector<double> state(runtime.state_size());
      runtime.reset(state.data());
      for (std::size_t i = 0; i < stream_length; ++i) {
        runtime.observe(state.data(), observed[i]);
        ASSERT_EQ(support::bits_of(runtime.value(state.data())), support::bits_of(answers[i]))
            << who << ": " << statistic_texts[index] << " after value " << i << " of stream " << s;
      }
    }
  }
}

/// Compiles text with functions stream_<statistic>(values, n, out) and compares.
void expect_compiled_statistics(std::string_view who, const std::string& compiler, const std::string& suffix,
                                const std::string& text) {
  const support::TemporaryFolder folder;
  support::write_text(folder.file("s" + suffix), text);
  const std::string command = fmt::format("{} -O2 -ffp-contract=off -fPIC -shared -o {} {} -lm", compiler,
                                          folder.file("s.so"), folder.file("s" + suffix));
  ASSERT_EQ(std::system(command.c_str()), 0);
  void* library = dlopen(folder.file("s.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  expect_statistics(who, [&](std::size_t index, const std::vector<double>& observed) {
    using Stream = void (*)(const double*, std::size_t, double*);
    auto* stream = reinterpret_cast<Stream>(dlsym(library, fmt::format("stream_{}", index).c_str()));
    std::vector<double> out(observed.size());
    stream(observed.data(), observed.size(), out.data());
    return out;
  });
  dlclose(library);
}

TEST(ExportedStatistics, C) {
  std::string text;
  for (std::size_t i = 0; i < statistic_texts.size(); ++i) {
    text += exported("c", *statistic_program(i));
    text += fmt::format(R"(void stream_{0}(const double *values, size_t n, double *out) {{
  struct s{0}_statistics s;
  size_t i;
  s{0}_statistics_reset(&s);
  for (i = 0; i < n; ++i) {{
    s{0}_observe_hit(&s, values[i]);
    out[i] = s{0}_evict(&s);
  }}
}}
)",
                        i);
  }
  expect_compiled_statistics("C", "cc -std=c99", ".c", text);
}

TEST(ExportedStatistics, Cpp) {
  std::string text;
  for (std::size_t i = 0; i < statistic_texts.size(); ++i) {
    text += exported("cpp", *statistic_program(i));
    text += fmt::format(R"(extern "C" void stream_{0}(const double* values, std::size_t n, double* out) {{
  s{0}::Statistics s;
  for (std::size_t i = 0; i < n; ++i) {{
    s.observe_hit(values[i]);
    out[i] = s{0}::evict(s);
  }}
}}
)",
                        i);
  }
  expect_compiled_statistics("C++", "c++ -std=c++17", ".cpp", text);
}

TEST(ExportedStatistics, Python) {
  if (std::system("command -v python3 > /dev/null") != 0) GTEST_SKIP() << "there is no python3";
  const support::TemporaryFolder folder;
  std::string driver = "values = [float.fromhex(x) for x in open(__file__[:-9] + 'values').read().split()]\n";
  for (std::size_t i = 0; i < statistic_texts.size(); ++i) {
    support::write_text(folder.file(fmt::format("s{}.py", i)), exported("python", *statistic_program(i)));
    driver += fmt::format(
        "import s{0} as module\nfor start in range(0, len(values), {1}):\n    s = module.Statistics()\n"
        "    for x in values[start:start + {1}]:\n        s.observe_hit(x)\n"
        "        print(module.evict(s).hex())\n",
        i, stream_length);
  }
  std::string values;
  for (std::size_t s = 0; s < stream_count; ++s) {
    for (double x : nth_stream(s)) values += fmt::format("{:a}\n", x);
  }
  support::write_text(folder.file("values"), values);
  support::write_text(folder.file("driver.py"), driver);
  const std::string command = fmt::format("python3 -B {} > {}", folder.file("driver.py"), folder.file("answers"));
  ASSERT_EQ(std::system(command.c_str()), 0);
  std::ifstream answers(folder.file("answers"));
  expect_statistics("Python", [&](std::size_t, const std::vector<double>& observed) {
    std::vector<double> result;
    for (std::string line; result.size() < observed.size() && std::getline(answers, line);)
      result.push_back(std::strtod(line.c_str(), nullptr));
    return result;
  });
}

}  // namespace
}  // namespace syswright::policy
