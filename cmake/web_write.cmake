# Run by the build: writes OUTPUT, a C++ source with the page's files. Packages are installed below FOLDER, so that the
# sources stay as they are, and anew only when the lock file changes.
function(write_nothing why)
  if(WANTED STREQUAL "ON")
    message(FATAL_ERROR "the page of 'serve' cannot be bundled: ${why}")
  elseif(NOT WANTED STREQUAL "OFF")
    message(WARNING "the page of 'serve' is left out: ${why}")
  endif()
  file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [[
#include "app/serve/assets.h"

namespace syswright::app::serve {

std::span<const Asset> assets() { return {}; }
std::string_view why_no_assets() {
  return "this program was built without the page (@why@): install the packages nodejs and npm, and build again; the "
         "API below /api/ works without it";
}

}  // namespace syswright::app::serve
]] @ONLY)
endfunction()

file(MAKE_DIRECTORY ${FOLDER})
if(WANTED STREQUAL "OFF")
  write_nothing("SYSWRIGHT_WEB is OFF")
  return()
endif()
if(NOT NODE OR NOT NPM)
  write_nothing("there is no npm")
  return()
endif()

file(SHA256 ${SOURCE}/package-lock.json lock)
set(installed "")
if(EXISTS ${FOLDER}/installed)
  file(READ ${FOLDER}/installed installed)
endif()
if(NOT installed STREQUAL lock)
  file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json DESTINATION ${FOLDER})
  # No scripts of packages are run: none that is used needs one.
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error WORKING_DIRECTORY ${FOLDER}
                  RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE said TIMEOUT 300)
  if(failed)
    message(STATUS "npm ci: ${said}")
    write_nothing("'npm ci' failed")
    return()
  endif()
  file(WRITE ${FOLDER}/installed ${lock})
endif()
execute_process(COMMAND ${NODE} ${SOURCE}/build.mjs ${FOLDER} ${OUTPUT} RESULT_VARIABLE failed ERROR_VARIABLE said
                TIMEOUT 120)
if(failed)
  # A mistake in the sources, not in the machine.
  message(FATAL_ERROR "web/build.mjs: ${said}")
endif()
