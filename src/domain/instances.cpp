#include "domain/instances.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace syswright {

void Violations::add(std::string text) {
  constexpr std::size_t most = 20;
  if (texts_.size() < most) {
    texts_.push_back(std::move(text));
  } else {
    ++unlisted_;
  }
}

std::vector<std::string> Violations::take() {
  if (unlisted_ > 0) texts_.push_back(fmt::format("and {} more", unlisted_));
  unlisted_ = 0;
  return std::move(texts_);
}

std::vector<std::size_t> spread(std::size_t count, double fraction) {
  if (!(fraction > 0 && fraction < 1)) throw InputError("the fraction of a miniature lies between 0 and 1");
  const auto wanted = static_cast<std::size_t>(std::ceil(static_cast<double>(count) * fraction));
  const std::size_t kept = std::clamp<std::size_t>(wanted, 1, count);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < kept; ++i) chosen.push_back(i * count / kept);
  return chosen;
}

std::pair<std::size_t, std::size_t> split_instances(std::size_t count, const std::string& workload) {
  if (count < 3) {
    throw InputError(
        fmt::format("{} has {} instance{}, too few to split into training, validation and test: three at "
                    "least",
                    workload, count, count == 1 ? "" : "s"));
  }
  const std::size_t quarter = std::max<std::size_t>(count / 4, 1);
  return {count - 2 * quarter, count - quarter};
}

void refuse_method(std::string_view domain, const std::string& policy, const std::vector<std::string>& methods) {
  throw InputError(fmt::format("'{}' is no policy of the domain '{}'{} (there are: {})", policy, domain,
                               did_you_mean(policy, methods), join(methods)));
}

void check_domain(const policy::Program& program, std::string_view domain) {
  if (program.signature().domain == domain) return;
  throw InputError(fmt::format("policy '{}' is for the domain '{}', not for '{}'", program.name(),
                               program.signature().domain, domain));
}

}  // namespace syswright
