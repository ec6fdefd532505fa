#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "domain/domain.h"
#include "domains/llm_serving/requests_shape.h"
#include "domains/llm_serving/setup.h"

namespace syswright::llm_serving {

/// A cluster with the names of the models that its groups serve: those are numbered once the requests are known.
struct NamedCluster {
  ClusterSettings settings;
  std::vector<std::string> serves;  ///< [groups]; empty: all requests
  std::string setting;              ///< what sets it apart: "4 replicas, 2,048 blocks"
};

/// What a user asked of the scenarios, read and checked as far as it can be without requests.
struct ServingOptions {
  std::string generate;  ///< for requests_generator.h, where there is no file
  std::size_t seeds = 1;
  ShapeOptions shape;
  std::vector<double> rates;  ///< requests a second; 0: as they come
  std::vector<NamedCluster> clusters;
  Limits limits;
  Weights weights;
  bool check = false;
};

/// For Domain::options().
const std::vector<Option>& serving_options();

/// Opens hardware too: the files of measured step times are read here. Throws InputError for an option that does not
/// exist or a value that cannot be used.
ServingOptions read_options(const ScenarioRequest& request);

}  // namespace syswright::llm_serving
