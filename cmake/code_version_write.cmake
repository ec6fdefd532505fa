# Run by the build: writes FOLDER/code_version.cpp from the files that FOLDER/code_version.sources lists. Paths count as
# they stand below ROOT, so that two checkouts of one version agree.
file(STRINGS ${FOLDER}/code_version.sources sources)
set(all "")
foreach(source ${sources})
  file(SHA256 ${source} digest)
  file(RELATIVE_PATH name ${ROOT} ${source})
  string(APPEND all "${name} ${digest}\n")
endforeach()
string(SHA256 version "${all}")
string(SUBSTRING ${version} 0 16 version)
file(CONFIGURE OUTPUT ${FOLDER}/code_version.cpp CONTENT [[
#include "domain/code_version.h"

namespace syswright {

std::string_view code_version() { return "@version@"; }

}  // namespace syswright
]] @ONLY)
file(TOUCH ${FOLDER}/code_version.stamp)
