#include "farm/messages.h"

#include <bit>

namespace syswright::messages {
namespace {

/// Little-endian, lengths before what they are of.
class Writer {
 public:
  explicit Writer(std::string& to) : to_(to) {}
  void operator()(std::uint64_t word) {
    for (int shift = 0; shift < 64; shift += 8) to_ += static_cast<char>((word >> shift) & 0xFF);
  }
  void operator()(double number) { (*this)(std::bit_cast<std::uint64_t>(number)); }
  void operator()(std::string_view text) {
    (*this)(std::uint64_t{text.size()});
    to_ += text;
  }
  void operator()(const Digest& digest) {
    (*this)(digest.high);
    (*this)(digest.low);
  }

 private:
  std::string& to_;
};

class Reader {
 public:
  explicit Reader(std::string_view from) : from_(from) {}

  std::uint64_t word() {
    const std::string_view bytes = take(8);
    std::uint64_t word = 0;
    for (int i = 7; i >= 0; --i) word = word << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    return word;
  }
  double number() { return std::bit_cast<double>(word()); }
  std::string text() { return std::string(take(word())); }
  Digest digest() {
    const std::uint64_t high = word();
    return {high, word()};
  }
  /// Of things that take at least so many bytes each.
  std::size_t count(std::size_t bytes_each) {
    const std::uint64_t count = word();
    if (count > from_.size() / bytes_each) broken();
    return count;
  }
  char byte() { return take(1).front(); }
  void end() const {
    if (!from_.empty()) broken();
  }
  [[noreturn]] static void broken() {
    throw Error("a message between processes cannot be read: is the same version of Syswright installed everywhere?");
  }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > from_.size()) broken();
    const std::string_view taken = from_.substr(0, size);
    from_.remove_prefix(size);
    return taken;
  }

  std::string_view from_;
};

void write(Writer& out, const Begin& begin) {
  out(begin.folder);
  out(std::uint64_t{begin.arguments.size()});
  for (const std::string& argument : begin.arguments) out(argument);
}

void write(Writer& out, const Hello& hello) {
  out(hello.host);
  out(std::uint64_t{hello.threads});
  out(hello.workload);
  out(hello.problem);
}

void write(Writer& out, const Order& order) {
  out(order.ticket);
  out(order.scenario.root);
  out(std::uint64_t{order.scenario.fractions.size()});
  for (const double fraction : order.scenario.fractions) out(fraction);
  out(order.policy);
  out(order.native);
  out(order.source);
}

void write(Writer& out, const Cancel& cancel) { out(cancel.ticket); }
void write(Writer&, const Leave&) {}
void write(Writer&, const Left&) {}

void write(Writer& out, const Answer& answer) {
  out(answer.ticket);
  out(answer.seconds);
  out(static_cast<std::uint64_t>(answer.kind));
  out(answer.error);
  const Evaluation& evaluation = answer.evaluation;
  out(static_cast<std::uint64_t>(evaluation.status));
  out(evaluation.failure);
  out(std::uint64_t{evaluation.metrics.size()});
  for (const double metric : evaluation.metrics) out(metric);
  out(std::uint64_t{evaluation.blocks.size()});
  for (const Block& block : evaluation.blocks) {
    out(block.cost);
    out(block.weight);
  }
  out(std::uint64_t{evaluation.details.size()});
  for (const auto& [name, value] : evaluation.details) {
    out(name);
    out(value);
  }
  out(evaluation.events);
}

Begin read_begin(Reader& in) {
  Begin begin;
  begin.folder = in.text();
  for (std::size_t left = in.count(8); left > 0; --left) begin.arguments.push_back(in.text());
  return begin;
}

Hello read_hello(Reader& in) {
  Hello hello;
  hello.host = in.text();
  hello.threads = static_cast<std::uint32_t>(in.word());
  hello.workload = in.digest();
  hello.problem = in.text();
  return hello;
}

Order read_order(Reader& in) {
  Order order;
  order.ticket = in.word();
  order.scenario.root = in.digest();
  for (std::size_t left = in.count(8); left > 0; --left) order.scenario.fractions.push_back(in.number());
  order.policy = in.digest();
  order.native = in.text();
  order.source = in.text();
  return order;
}

Answer read_answer(Reader& in) {
  Answer answer;
  answer.ticket = in.word();
  answer.seconds = in.number();
  const std::uint64_t kind = in.word();
  if (kind > static_cast<std::uint64_t>(Answer::Kind::not_known)) Reader::broken();
  answer.kind = static_cast<Answer::Kind>(kind);
  answer.error = in.text();
  Evaluation& evaluation = answer.evaluation;
  const std::uint64_t status = in.word();
  if (status > static_cast<std::uint64_t>(Evaluation::Status::cancelled)) Reader::broken();
  evaluation.status = static_cast<Evaluation::Status>(status);
  evaluation.failure = in.text();
  for (std::size_t left = in.count(8); left > 0; --left) evaluation.metrics.push_back(in.number());
  for (std::size_t left = in.count(16); left > 0; --left) {
    const double cost = in.number();
    evaluation.blocks.push_back({cost, in.number()});
  }
  for (std::size_t left = in.count(16); left > 0; --left) {
    std::string name = in.text();
    evaluation.details.emplace_back(std::move(name), in.number());
  }
  evaluation.events = in.word();
  return answer;
}

Message read(Reader& in) {
  switch (in.byte()) {
    case 0:
      return read_begin(in);
    case 1:
      return read_hello(in);
    case 2:
      return read_order(in);
    case 3:
      return Cancel{in.word()};
    case 4:
      return Leave{};
    case 5:
      return read_answer(in);
    case 6:
      return Left{};
    default:
      Reader::broken();
  }
}

}  // namespace

std::string encode(const Message& message) {
  std::string bytes(1, static_cast<char>(message.index()));
  Writer out(bytes);
  std::visit([&](const auto& one) { write(out, one); }, message);
  return bytes;
}

Message decode(std::string_view bytes) {
  Reader in(bytes);
  Message message = read(in);
  in.end();
  return message;
}

}  // namespace syswright::messages
