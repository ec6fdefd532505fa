#pragma once

#include <string>

#include "policy/program.h"

namespace syswright::policy {

std::string export_c(const Program& program);
std::string export_cpp(const Program& program);
std::string export_python(const Program& program);

}  // namespace syswright::policy
