#include <array>
#include <string_view>

#include "base/random.h"
#include "domains/broker/catalogue.h"

namespace syswright::broker {
namespace {

enum class Cloud { aws, azure, gcp };
enum class Continent { america, europe, asia };

struct Place {
  Cloud cloud;
  std::string_view name;
  Continent continent;
  double level;  ///< of prices, against the cheapest region
};

constexpr std::array places{
    Place{Cloud::aws, "aws:us-east-1", Continent::america, 1.00},
    Place{Cloud::aws, "aws:us-east-2", Continent::america, 1.00},
    Place{Cloud::aws, "aws:us-west-2", Continent::america, 1.02},
    Place{Cloud::aws, "aws:eu-west-1", Continent::europe, 1.11},
    Place{Cloud::aws, "aws:eu-central-1", Continent::europe, 1.20},
    Place{Cloud::aws, "aws:ap-northeast-1", Continent::asia, 1.29},
    Place{Cloud::aws, "aws:ap-south-1", Continent::asia, 1.05},
    Place{Cloud::azure, "azure:eastus", Continent::america, 1.00},
    Place{Cloud::azure, "azure:westus2", Continent::america, 1.01},
    Place{Cloud::azure, "azure:northeurope", Continent::europe, 1.12},
    Place{Cloud::azure, "azure:westeurope", Continent::europe, 1.20},
    Place{Cloud::azure, "azure:centralindia", Continent::asia, 1.08},
    Place{Cloud::azure, "azure:koreacentral", Continent::asia, 1.17},
    Place{Cloud::gcp, "gcp:us-central1-a", Continent::america, 1.00},
    Place{Cloud::gcp, "gcp:us-east1-b", Continent::america, 1.00},
    Place{Cloud::gcp, "gcp:us-west1-a", Continent::america, 1.01},
    Place{Cloud::gcp, "gcp:europe-west4-a", Continent::europe, 1.10},
    Place{Cloud::gcp, "gcp:asia-east1-a", Continent::asia, 1.16},
};

struct Kind {
  Cloud cloud;
  std::string_view name;
  std::string_view accelerators;
  double price;  ///< dollars an hour in the cheapest region
  double reach;  ///< share of the cloud's regions that have it
};

constexpr std::array kinds{
    Kind{Cloud::aws, "m5.4xlarge", "", 0.768, 1},
    Kind{Cloud::aws, "c5.9xlarge", "", 1.530, 1},
    Kind{Cloud::aws, "g5.xlarge", "A10G:1", 1.006, 1},
    Kind{Cloud::aws, "p3.2xlarge", "V100:1", 3.060, 0.85},
    Kind{Cloud::aws, "p3.8xlarge", "V100:4", 12.240, 0.85},
    Kind{Cloud::aws, "p4d.24xlarge", "A100:8", 32.773, 0.6},
    Kind{Cloud::azure, "Standard_D16s_v5", "", 0.768, 1},
    Kind{Cloud::azure, "Standard_F32s_v2", "", 1.353, 1},
    Kind{Cloud::azure, "Standard_NC6s_v3", "V100:1", 3.060, 0.85},
    Kind{Cloud::azure, "Standard_NC24s_v3", "V100:4", 12.240, 0.85},
    Kind{Cloud::azure, "Standard_ND96asr_v4", "A100:8", 27.197, 0.6},
    Kind{Cloud::gcp, "n2-standard-16", "", 0.777, 1},
    Kind{Cloud::gcp, "c2-standard-30", "", 1.566, 1},
    Kind{Cloud::gcp, "g2-standard-4", "L4:1", 0.707, 1},
    Kind{Cloud::gcp, "n1-highmem-32-v100-4", "V100:4", 11.813, 0.85},
    Kind{Cloud::gcp, "a2-highgpu-8g", "A100:8", 29.387, 0.6},
};

/// Dollars a GB. Within a cloud: 0.02 on a continent, 0.05 to another, 0.08 from or to Asia. Between clouds what the
/// first one takes for the way into the internet, more from Asia.
double egress_rule(const Place& from, const Place& to) {
  const bool asia = from.continent == Continent::asia || to.continent == Continent::asia;
  if (from.cloud == to.cloud) return from.continent == to.continent ? 0.02 : asia ? 0.08 : 0.05;
  constexpr std::array<double, 3> out{0.09, 0.087, 0.12};
  return out[static_cast<std::size_t>(from.cloud)] + (from.continent == Continent::asia ? 0.03 : 0);
}

Catalogue make() {
  Catalogue catalogue;
  const Random random(0, "built-in catalogue");
  for (std::uint32_t region = 0; region < places.size(); ++region) {
    const Place& place = places[region];
    catalogue.regions.emplace_back(place.name);
    for (std::size_t k = 0; k < kinds.size(); ++k) {
      const Kind& kind = kinds[k];
      Random draw = random.at(region * kinds.size() + k);
      const bool here = draw.chance(kind.reach);
      const double discount = draw.uniform(0.25, 0.6);
      if (kind.cloud != place.cloud || !here) continue;
      const double price = kind.price * place.level;
      catalogue.offers.push_back({region, std::string(kind.name), std::string(kind.accelerators), price, false});
      catalogue.offers.push_back(
          {region, std::string(kind.name), std::string(kind.accelerators), price * discount, true});
    }
  }
  for (std::size_t from = 0; from < places.size(); ++from) {
    for (std::size_t to = 0; to < places.size(); ++to) {
      catalogue.egress.push_back(from == to ? 0 : egress_rule(places[from], places[to]));
    }
  }
  return catalogue;
}

}  // namespace

std::string Catalogue::offer_name(std::size_t offer) const {
  const Offer& one = offers[offer];
  return regions[one.region] + "/" + one.instance + (one.spot ? "/spot" : "");
}

const Catalogue& built_in_catalogue() {
  static const Catalogue catalogue = make();
  return catalogue;
}

}  // namespace syswright::broker
