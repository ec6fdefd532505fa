#pragma once

#include <array>
#include <cstddef>

/// What the artifact of SkyNomad (andylizf/skynomad-artifact, Apache-2.0) states of its sweep over numbers of regions:
/// paper_figs/values/region_scaling.values.csv, and the paper of its probes.
namespace syswright::studies::skynomad {

/// Regions in the order of the sweep: the first n are what "n regions" means.
inline constexpr std::array<const char*, 13> regions_in_order{
    "asia-southeast1-c", "asia-south2-b",  "us-west1-b",    "europe-west3-c", "us-west1-a",
    "us-east4-a",        "europe-west1-c", "us-central1-c", "us-central1-b",  "asia-southeast1-b",
    "us-central1-a",     "us-east5-a",     "us-east4-b"};

/// Mean dollars a job over the six jobs of the sweep, without the tick in which a job ends, which its simulator does
/// not bill. unbilled: what a probe in the region where spot runs takes off the utility rule's bill besides, since the
/// simulator then bills a minute in place of ten: 9 minutes of asia-south2-b ($69.910112 an hour) in one of six jobs.
struct Row {
  std::size_t regions;
  double utility_rule;
  double unbilled;
  double cheapest_first;  ///< UP(S)
  double optimum;
};
inline constexpr double unbilled_once = 9.0 / 60 * 69.910112 / 6;
inline constexpr std::array<Row, 8> sweep{{
    {1, 2945.465458, 0, 2994.270227, 2765.683589},
    {2, 2051.520917, unbilled_once, 2228.122497, 1956.612433},
    {3, 2037.482498, unbilled_once, 2228.554813, 1956.127025},
    {4, 1636.855743, 2 * unbilled_once, 2215.885909, 1605.766346},
    {5, 1345.281816, 2 * unbilled_once, 1976.765623, 1181.932619},
    {6, 723.240648, 0, 1237.770449, 681.010487},
    {7, 705.597385, 0, 740.513508, 665.576989},
    {8, 706.611176, 0, 746.255645, 665.576989},
}};

/// Dollars for probes every ten minutes and every two hours, of one job of 100 h in eight regions.
inline constexpr double probes_every_tick = 2011;
inline constexpr double probes_every_two_hours = 170;

}  // namespace syswright::studies::skynomad
