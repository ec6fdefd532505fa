#include "trace/input.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/error.h"

namespace syswright::trace {
namespace {

class DescriptorStream : public ByteStream {
 public:
  DescriptorStream(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  std::size_t read(std::span<std::byte> into) override {
    for (;;) {
      const ssize_t count = ::read(descriptor_, into.data(), into.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) throw SystemError(fmt::format("cannot read '{}'", path_), errno);
    }
  }

 private:
  int descriptor_;
  std::string path_;
};

class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::size_t read(std::span<std::byte> into) override {
    const std::size_t count = std::min(into.size(), bytes_.size());
    std::copy_n(bytes_.begin(), count, into.begin());
    bytes_ = bytes_.subspan(count);
    return count;
  }

 private:
  std::span<const std::byte> bytes_;
};

class JoinedStream : public ByteStream {
 public:
  JoinedStream(std::span<const std::byte> first, std::unique_ptr<ByteStream> rest)
      : first_(first), rest_(std::move(rest)) {}

  std::size_t read(std::span<std::byte> into) override {
    const std::size_t count = first_.read(into);
    return count > 0 || into.empty() ? count : rest_->read(into);
  }

 private:
  MemoryStream first_;
  std::unique_ptr<ByteStream> rest_;
};

class ZstdStream : public ByteStream {
 public:
  ZstdStream(std::unique_ptr<ByteStream> compressed, std::string path)
      : compressed_(std::move(compressed)), path_(std::move(path)), context_(ZSTD_createDCtx()), buffer_(1 << 17) {
    if (!context_) throw std::bad_alloc();
  }

  std::size_t read(std::span<std::byte> into) override {
    ZSTD_outBuffer output{into.data(), into.size(), 0};
    while (output.pos == 0 && !into.empty()) {
      if (input_.pos == input_.size && !refill()) {
        // A frame's last bytes may still be inside the decoder when its input is used up.
        if (!inside_frame_) return 0;
        decode(output);
        if (output.pos == 0 && inside_frame_) throw_truncated();
        continue;
      }
      decode(output);
    }
    return output.pos;
  }

 private:
  struct FreeContext {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  bool refill() {
    const std::size_t count = compressed_->read(buffer_);
    input_ = {buffer_.data(), count, 0};
    consumed_ += count;
    return count > 0;
  }

  void decode(ZSTD_outBuffer& output) {
    const std::size_t left = ZSTD_decompressStream(context_.get(), &output, &input_);
    if (ZSTD_isError(left)) {
      throw InputError({path_}, fmt::format("the zstd compression is damaged or unsupported near byte {} ({}); fetch "
                                            "the file again, or decompress it with 'zstd -d --long=31'",
                                            consumed_ - input_.size + input_.pos, ZSTD_getErrorName(left)));
    }
    inside_frame_ = left != 0;
  }

  [[noreturn]] void throw_truncated() const {
    throw InputError({path_}, fmt::format("is cut off inside a zstd frame, after {} compressed bytes; fetch or "
                                          "compress the file again",
                                          consumed_));
  }

  std::unique_ptr<ByteStream> compressed_;
  std::string path_;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  std::vector<std::byte> buffer_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  std::size_t consumed_ = 0;
  bool inside_frame_ = false;
};

}  // namespace

MappedFile::MappedFile(int descriptor, std::size_t size, const std::string& path)
    : data_(mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0)), size_(size) {
  if (data_ == MAP_FAILED) throw SystemError(fmt::format("cannot map '{}'", path), errno);
  madvise(data_, size_, MADV_SEQUENTIAL);
}

MappedFile::~MappedFile() { munmap(data_, size_); }

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

std::unique_ptr<ByteStream> stream_descriptor(int descriptor, const std::string& path) {
  return std::make_unique<DescriptorStream>(descriptor, path);
}

std::unique_ptr<ByteStream> stream_memory(std::span<const std::byte> bytes) {
  return std::make_unique<MemoryStream>(bytes);
}

std::unique_ptr<ByteStream> stream_after(std::span<const std::byte> first, std::unique_ptr<ByteStream> rest) {
  return std::make_unique<JoinedStream>(first, std::move(rest));
}

bool is_zstd(std::span<const std::byte> content) {
  std::uint32_t magic = 0;
  if (content.size() < sizeof magic) return false;
  std::memcpy(&magic, content.data(), sizeof magic);
  return magic == ZSTD_MAGICNUMBER || (magic & 0xFFFFFFF0u) == 0x184D2A50u;
}

std::unique_ptr<ByteStream> stream_zstd(std::unique_ptr<ByteStream> compressed, const std::string& path) {
  return std::make_unique<ZstdStream>(std::move(compressed), path);
}

std::string decompressed(std::string content, const std::string& path, std::size_t most) {
  const auto bytes = std::as_bytes(std::span(content));
  if (!is_zstd(bytes)) return content;
  const auto stream = stream_zstd(stream_memory(bytes), path);
  std::string text;
  std::vector<std::byte> piece(std::size_t{1} << 20);
  while (const std::size_t count = read_fully(*stream, piece)) {
    if (count > most - text.size()) {
      throw InputError({path},
                       fmt::format("holds more than {} bytes when decompressed; cut it into smaller files", most));
    }
    text.append(reinterpret_cast<const char*>(piece.data()), count);
  }
  return text;
}

std::size_t read_fully(ByteStream& stream, std::span<std::byte> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const std::size_t count = stream.read(into.subspan(filled));
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

}  // namespace syswright::trace
