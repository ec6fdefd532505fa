#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace syswright::trace {

/// A file's bytes, mapped for reading. Throws SystemError if it cannot be mapped.
class MappedFile {
 public:
  MappedFile(int descriptor, std::size_t size, const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  void* data_;
  std::size_t size_;
};

/// An open file descriptor, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

/// Bytes that arrive in order.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills the front of `into` and returns how many bytes; 0 only at the end.
  virtual std::size_t read(std::span<std::byte> into) = 0;
};

/// Bytes of a pipe or other file that cannot be mapped. Throws SystemError when reading fails. `descriptor` is
/// borrowed.
std::unique_ptr<ByteStream> stream_descriptor(int descriptor, const std::string& path);

/// Bytes in memory, borrowed.
std::unique_ptr<ByteStream> stream_memory(std::span<const std::byte> bytes);

/// `first`, then whatever `rest` still has. `first` is borrowed.
std::unique_ptr<ByteStream> stream_after(std::span<const std::byte> first, std::unique_ptr<ByteStream> rest);

/// True for content that opens with a zstd frame, skippable ones included.
bool is_zstd(std::span<const std::byte> content);

/// Decompressed content of zstd frames, one after another. Throws InputError if a frame is damaged or cut off; windows
/// beyond 128 MiB are refused, so that a hostile file cannot take the memory.
std::unique_ptr<ByteStream> stream_zstd(std::unique_ptr<ByteStream> compressed, const std::string& path);

/// Most bytes that decompressed() makes of a file, if not told otherwise.
inline constexpr std::size_t most_decompressed_bytes = std::size_t{4} << 30;

/// The whole content, decompressed if it is zstd frames. Throws InputError as stream_zstd does, and for frames that
/// hold more than `most` bytes: a few kilobytes can stand for any number.
std::string decompressed(std::string content, const std::string& path, std::size_t most = most_decompressed_bytes);

/// Reads until `into` is full or the stream ends; returns the bytes read.
std::size_t read_fully(ByteStream& stream, std::span<std::byte> into);

}  // namespace syswright::trace
