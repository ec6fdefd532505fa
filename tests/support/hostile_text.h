#pragma once

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "policy/program.h"
#include "tests/support/random_program.h"

/// Program texts that someone with bad intentions, or a machine without any, might send: deep, wide, exponential, at
/// the limits and just beyond them, and valid ones with something broken. Over support::sample_signature() unless said
/// otherwise. Deterministic for a Random and a compiler.
namespace syswright::support {

class HostileText {
 public:
  explicit HostileText(Random& random) : random_(random) {}

  /// A text over the sample signature.
  std::string draw() {
    if (random_.chance(0.002)) return at_a_limit();
    switch (random_.below(10)) {
      case 0:
        return deep();
      case 1:
        return wide();
      case 2:
        return exponential();
      case 3:
        return bytes();
      case 4:
      case 5:
      case 6:
        return mutated(ordinary());
      default:
        return ordinary();
    }
  }

  /// The text with a thing or several broken: bits, bytes, tokens, lines.
  std::string mutated(std::string text) {
    const std::size_t times = random_.chance(0.6) ? 1 : 2 + random_.below(7);
    for (std::size_t i = 0; i < times && !text.empty(); ++i) mutate(text);
    return text;
  }

 private:
  static std::string repeated(std::string_view piece, std::size_t times) {
    std::string result;
    result.reserve(piece.size() * times);
    for (std::size_t i = 0; i < times; ++i) result += piece;
    return result;
  }
  static std::string rank(std::string_view body, std::string_view items = "") {
    return fmt::format(
        "policy p for cache {{\n{}\nrank evict(hits, age, size, gaps, ghost, fill, drift, price) {{\n{}\n}}\n}}\n",
        items, body);
  }
  template <std::size_t N>
  std::string_view pick(const std::array<std::string_view, N>& choices) {
    return choices[random_.below(N)];
  }

  /// Around the limit of nesting, below it, and now and then far beyond it.
  std::size_t depth() {
    if (random_.chance(0.05)) return 50'000;
    return random_.chance(0.3) ? 150 + random_.below(60) : 1 + random_.below(40);
  }
  std::size_t width() {
    if (random_.chance(0.05)) return 30'000;
    return 1 + random_.below(random_.chance(0.2) ? 400 : 40);
  }

  std::string deep() {
    const std::size_t n = depth();
    switch (random_.below(9)) {
      case 0:
        return rank("return " + repeated("(", n) + "hits" + repeated(")", n) + ";");
      case 1:
        return rank("return " + repeated(pick<3>({"-", "- ", "-(-("}), n) + "drift;");
      case 2:
        return rank("return " + repeated(pick<2>({"!", "not "}), n) + "ghost ? 1 : 2;");
      case 3:
        return rank(repeated("if hits > 3 {\n", n) + "return 1;" + repeated("}", n) + "return 2;");
      case 4: {
        std::string text = "if hits > 0 { return 1; }";
        for (std::size_t i = 1; i < n; ++i) text += fmt::format(" else if drift > {} {{ return hits * {}; }}", i, i);
        return rank(text + " return 0;");
      }
      case 5:
        return rank("return " + repeated(pick<3>({"sqrt(", "max(drift, ", "1 + exp(0.001 * "}), n) + "hits" +
                    repeated(")", n) + ";");
      case 6:
        return rank("return " + repeated(pick<2>({"ghost ? hits : ", "drift > 1 ? drift * "}), n) + "3" +
                    repeated(" : 2", random_.chance(0.5) ? n : 0) + ";");
      case 7:
        return rank("return gaps" + repeated("[0", n) + repeated("]", n) + " / 1s;");
      default: {
        std::string text;
        for (std::size_t i = 0; i < n; ++i) text += fmt::format("for i{} in 0..{} {{\n", i, 1 + random_.below(2));
        return rank("let a = drift;\n" + text + "a = a * fill + 1;" + repeated("}", n) + "return a;");
      }
    }
  }

  std::string wide() {
    const std::size_t n = width();
    std::string text;
    switch (random_.below(8)) {
      case 0:
        return rank("return hits" + repeated(pick<4>({"+drift", " - fill", "*drift", "/drift"}), n) + ";");
      case 1:
        for (std::size_t i = 0; i < n; ++i) text += fmt::format("let a{} = drift * {} + hits;\n", i, i);
        return rank(fmt::format("{}return a{} - a0;", text, n - 1));
      case 2:
        for (std::size_t i = 0; i < n; ++i) text += statistic_line(i);
        return rank(fmt::format("return s{};", random_.below(n)), text);
      case 3:
        for (std::size_t i = 0; i < n; ++i) text += fmt::format("ensure output >= {};\n", -static_cast<double>(i));
        return rank(text + "return hits;");
      case 4:
        for (std::size_t i = 0; i < n; ++i) text += fmt::format(", drift * {}", i);
        return rank(fmt::format("return {}(hits{});", pick<2>({"min", "max"}), text));
      case 5:
        for (std::size_t i = 0; i < n; ++i) text += fmt::format("if drift > {} {{ a = a * {} - hits; }}\n", i, i);
        return rank("let a = drift;\n" + text + "return a;");
      case 6:
        for (std::size_t i = 0; i < n; ++i) text += fmt::format(", drift * {}", i);
        return rank(fmt::format("ensure output <= max(hits{});\nreturn hits;", text));
      default: {
        const std::string name(50 + n, 'n');
        return rank(fmt::format("let {0} = drift;\nreturn {0} * {0} + hits;", name));
      }
    }
  }

  std::string statistic_line(std::size_t i) {
    const std::string_view kind = pick<8>({"ewma", "mean", "min", "max", "count", "last", "quantile", "percentile"});
    const std::string_view source = pick<5>({"inter_arrival", "request_size", "hit", "age", "evict.size"});
    const std::string_view argument = pick<8>({"0.9", "0.5", "1", "64", "65", "4096", "4097", "1e300"});
    return fmt::format("stat s{} = {}({}, {});\n", i, kind, source, argument);
  }

  std::string exponential() {
    const std::size_t n = 1 + random_.below(60);
    std::string text = "let a0 = drift;\n";
    switch (random_.below(6)) {
      case 0: {
        const std::string_view step = pick<5>({"{0} * {0}", "max({0}, -{0}) + {0}", "{0} > 1 ? {0} * 2 : {0} - hits",
                                               "{0} / ({0} + 1) - {0}", "pow({0}, {0})"});
        for (std::size_t i = 0; i < n; ++i) {
          const std::string before = fmt::format("a{}", i);
          text += fmt::format("let a{} = {};\n", i + 1, fmt::format(fmt::runtime(step), before));
        }
        return rank(fmt::format("{}return a{};", text, n));
      }
      case 1: {
        // Each range writes its subject twice.
        std::string subject = "drift";
        for (std::size_t i = 0; i < n; ++i) subject = "((" + subject + ") in [0, 1] ? drift : hits)";
        return rank((random_.chance(0.5) ? "ensure output > " + subject + ";\n" : "") + "return " + subject + ";");
      }
      case 2: {
        const std::size_t loops = 1 + random_.below(8);
        std::string open;
        for (std::size_t i = 0; i < loops; ++i) {
          const std::array<std::size_t, 5> ends{2, 7, 100, 1'000'000, 2'000'000};
          open += fmt::format("for i{} in 0..{} {{\n", i, ends[random_.below(ends.size())]);
        }
        return rank(text + open + "a0 = a0 * fill + i0;\n" + repeated("}\n", loops) + "return a0;");
      }
      case 3:
        for (std::size_t i = 0; i < n; ++i)
          text += fmt::format("if drift > {0} {{ a0 = a0 * 2 - {0}; }} else {{ a0 = a0 + hits; }}\n", i);
        return rank(text + "return a0;");
      case 4:
        for (std::size_t i = 0; i < n; ++i) {
          text += fmt::format("if hits > {0} {{ if fill > 0.{0} {{ return drift - {0}; }} a0 = a0 + 1; }}\n", i);
        }
        return rank(text + "return a0;");
      default:
        text = repeated("for i in 0..len(gaps) { a = a + gaps[i] * sum(gaps) / 1s; }\n", n);
        return rank("let a = age;\n" + text + "return a;");
    }
  }

  std::string at_a_limit() {
    std::string text = "let a = drift;\n";
    switch (random_.below(4)) {
      case 0: {  // operations of a graph
        const std::size_t n = 1360 + random_.below(10);
        for (std::size_t i = 0; i < n; ++i) text += fmt::format("a = a * fill + {};\n", i + 2);
        return rank(text + "return a;");
      }
      case 1: {  // calls, which need memory in the frame
        const std::size_t n = 800 + random_.below(40);
        for (std::size_t i = 0; i < n; ++i) text += fmt::format("a = pow(a, fill) + exp(hits / {});\n", i + 2);
        return rank(text + "return a;");
      }
      case 2:  // steps
        return rank(text + fmt::format("for i in 0..{} {{ a = a * 1; }} return a;", 99'990 + random_.below(20)));
      default:  // bytes
        return "#" + std::string((std::size_t{1} << 20) - 200 + random_.below(120), '#') + "\n" + ordinary();
    }
  }

  std::string bytes() {
    std::string text = random_.chance(0.5) ? "" : "policy p for cache {";
    const std::size_t n = random_.below(200);
    for (std::size_t i = 0; i < n; ++i) text += static_cast<char>(random_.below(256));
    return text;
  }

  /// Well formed, and more often than not well typed.
  std::string ordinary() {
    std::string items;
    statistics_ = random_.below(3);
    if (statistics_ > 0) items += "stat s0 = ewma(inter_arrival, 0.9);\n";
    if (statistics_ > 1) items += "stat s1 = percentile(size, 0.5);\n";
    std::string body;
    if (random_.chance(0.2)) body += "require hits >= 0;\nensure output >= 0 or output < 0;\n";
    if (random_.chance(0.2)) body += "ensure increasing in hits;\nensure robust in age: 1% -> 5;\n";
    const std::size_t lines = random_.below(5);
    for (std::size_t i = 0; i < lines; ++i) body += fmt::format("let v{} = {};\n", i, number(3, i));
    if (random_.chance(0.5)) body += fmt::format("if {} {{ return {}; }}\n", truth(2, lines), number(3, lines));
    body += fmt::format("return {};", number(4, lines));
    return rank(body, items);
  }

  std::string number(std::size_t depth, std::size_t locals) {
    if (depth == 0 || random_.chance(0.15)) {
      if (locals > 0 && random_.chance(0.3)) return fmt::format("v{}", random_.below(locals));
      if (statistics_ > 0 && random_.chance(0.2)) return random_.below(statistics_) == 0 ? "s0 / 1s" : "s1 / 1MiB";
      return std::string(pick<14>({"hits", "drift", "fill", "age / 1s", "size / 1KiB", "price / $1", "gaps[2] / 1ms",
                                   "sum(gaps) / 1s", "0", "1", "1e308", "5e-324", "0.1", "3"}));
    }
    const auto part = [&] { return number(depth - 1, locals); };
    switch (random_.below(10)) {
      case 0:
        return fmt::format("-({})", part());
      case 1:
        return fmt::format("{}({})", pick<5>({"abs", "sqrt", "log", "exp", "floor"}), part());
      case 2:
        return fmt::format("{}({}, {})", pick<3>({"min", "max", "pow"}), part(), part());
      case 3:
        return fmt::format("({} ? {} : {})", truth(depth - 1, locals), part(), part());
      case 4:
        return fmt::format("({})^{}", part(), random_.below(4));
      case 5:
        return fmt::format("clamp({}, {}, {})", part(), part(), part());
      default:
        return fmt::format("({} {} {})", part(), pick<4>({"+", "-", "*", "/"}), part());
    }
  }

  std::string truth(std::size_t depth, std::size_t locals) {
    if (depth == 0 || random_.chance(0.2)) return std::string(pick<4>({"ghost", "true", "hits > 2", "fill <= 0.5"}));
    const auto part = [&] { return truth(depth - 1, locals); };
    switch (random_.below(4)) {
      case 0:
        return fmt::format("!({})", part());
      case 1:
        return fmt::format("({} {} {})", part(), pick<2>({"and", "or"}), part());
      case 2:
        return fmt::format("({} in [{}, {}])", number(depth - 1, locals), number(0, 0), number(0, 0));
      default:
        return fmt::format("({} {} {})", number(depth - 1, locals), pick<6>({"<", "<=", ">", ">=", "==", "!="}),
                           number(depth - 1, locals));
    }
  }

  void mutate(std::string& text) {
    const std::size_t at = random_.below(text.size());
    const std::size_t some = 1 + random_.below(20);
    switch (random_.below(10)) {
      case 0:
        text[at] = static_cast<char>(text[at] ^ (1 << random_.below(8)));
        return;
      case 1:
        text[at] = static_cast<char>(random_.below(256));
        return;
      case 2:
        text.erase(at, some);
        return;
      case 3:
        text.insert(random_.below(text.size()), text.substr(at, some));
        return;
      case 4:
        text.resize(at);
        return;
      case 5: {
        const std::size_t end = text.find_first_of(" \n;(){}", at);
        text.erase(at, end == text.npos ? 1 : end - at);
        return;
      }
      case 6:
      case 7: {  // which often leaves a program
        const std::size_t digit = text.find_first_of("0123456789", at);
        if (digit != text.npos) text[digit] = static_cast<char>('0' + random_.below(10));
        return;
      }
      default:
        text.insert(at, pick<28>({"(",        ")",     "{",     "}",       ";",     " - ",    " ? ",
                                  " : ",      " in [", "]",     "[",       "^9",    "^-9",    "policy",
                                  "stat ",    "let ",  "for ",  "return ", "1e309", "0..9 ",  "\x1b[2J",
                                  "\xc3\xa9", "#",     " and ", " $1 ",    "5min",  "output", "s0"}));
        return;
    }
  }

  Random& random_;
  std::size_t statistics_ = 0;  ///< declared by the program being written
};

}  // namespace syswright::support
