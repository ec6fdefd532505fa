#include "app/registries.h"

#include "design/design.h"
#include "design/portfolio.h"
#include "domains/domains.h"
#include "research/research.h"
#include "research/researcher.h"
#include "studies/studies.h"

namespace syswright::app {

Registries built_in() {
  Registries registries;
  register_domains(registries.domains);
  design::register_designers(registries.designers);
  research::register_designers(registries.designers);
  design::Portfolio::Members members = design::own_strategies();
  members.insert(members.begin(), std::make_unique<research::Researcher>());
  registries.designers.add(std::make_unique<design::Portfolio>(std::move(members)));
  studies::register_studies(registries.studies);
  return registries;
}

std::vector<std::shared_ptr<const policy::Signature>> signatures(const Registry<Domain>& domains) {
  std::vector<std::shared_ptr<const policy::Signature>> result;
  for (const auto& domain : domains.items()) result.push_back(domain->signature());
  return result;
}

}  // namespace syswright::app
