#pragma once

#include <cstdint>
#include <vector>

#include "domains/tiering/run.h"

namespace syswright::tiering {

/// Elements of an array in a program's memory: every load and store is recorded.
template <typename T>
class Array {
 public:
  Array(PageRecorder& recorder, std::uint64_t base, std::size_t size)
      : recorder_(&recorder), base_(base), values_(size) {}

  T load(std::size_t i) const {
    recorder_->touch(base_ + i * sizeof(T), false);
    return values_[i];
  }
  void store(std::size_t i, T value) {
    recorder_->touch(base_ + i * sizeof(T), true);
    values_[i] = value;
  }
  void add(std::size_t i, T value) { store(i, load(i) + value); }
  /// Of initialisation, which is not recorded.
  T& raw(std::size_t i) { return values_[i]; }
  std::size_t size() const { return values_.size(); }

 private:
  PageRecorder* recorder_;
  std::uint64_t base_;
  std::vector<T> values_;
};

/// Rows of a table whose content does not matter: a program reads or writes a whole row, line by line.
class Rows {
 public:
  Rows(PageRecorder& recorder, std::uint64_t base, std::size_t size, std::uint32_t bytes)
      : recorder_(&recorder), base_(base), size_(size), bytes_(bytes) {}
  void read(std::size_t i) const { touch(i, false); }
  /// Read, then changed.
  void update(std::size_t i) const {
    touch(i, false);
    touch(i, true);
  }
  void write(std::size_t i) const { touch(i, true); }
  std::size_t size() const { return size_; }

 private:
  void touch(std::size_t i, bool store) const {
    const std::uint64_t first = base_ + i * bytes_;
    for (std::uint64_t at = first; at < first + bytes_; at += line_bytes) recorder_->touch(at, store);
  }
  PageRecorder* recorder_;
  std::uint64_t base_;
  std::size_t size_;
  std::uint32_t bytes_;
};

/// The address space of a program: arrays one after another, each from a new page on.
class Memory {
 public:
  explicit Memory(PageRecorder& recorder) : recorder_(&recorder) {}

  /// There from the start: the program has filled it.
  template <typename T>
  Array<T> array(std::size_t size) {
    return Array<T>(*recorder_, place(size * sizeof(T), true), size);
  }
  /// grown: pages come to be when they are first touched.
  Rows rows(std::size_t size, std::uint32_t bytes, bool grown = false) {
    return Rows(*recorder_, place(size * bytes, !grown), size, bytes);
  }

 private:
  std::uint64_t place(std::uint64_t bytes, bool filled) {
    const std::uint64_t base = end_;
    end_ += (bytes + page_bytes - 1) / page_bytes * page_bytes;
    if (filled) recorder_->reserve(end_);
    return base;
  }
  PageRecorder* recorder_;
  std::uint64_t end_ = 0;
};

}  // namespace syswright::tiering
