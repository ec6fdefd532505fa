#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "domain/evaluation.h"

/// Parts of an evaluation as bytes, the same on every machine: doubles as their 64 bits, little-endian, so that they
/// come back bit for bit. Readers return nullopt for bytes that no writer wrote.
namespace syswright::ledger {

using Details = std::vector<std::pair<std::string, double>>;

std::string encode_numbers(const std::vector<double>& numbers);
std::optional<std::vector<double>> decode_numbers(std::string_view bytes);

/// cost, weight, cost, weight, …
std::string encode_blocks(const std::vector<Block>& blocks);
std::optional<std::vector<Block>> decode_blocks(std::string_view bytes);

/// For each: length of the name (32 bits), name, number.
std::string encode_details(const Details& details);
std::optional<Details> decode_details(std::string_view bytes);

/// One after another, 16 bytes each.
std::string encode_digests(const std::vector<Digest>& digests);
std::optional<std::vector<Digest>> decode_digests(std::string_view bytes);

}  // namespace syswright::ledger
