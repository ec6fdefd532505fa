set(SYSWRIGHT_WEB AUTO CACHE STRING "Bundle the page of 'serve': ON, OFF, or AUTO: if npm is there and can be used")
set_property(CACHE SYSWRIGHT_WEB PROPERTY STRINGS AUTO ON OFF)
find_program(NODE_PROGRAM NAMES node nodejs)
find_program(NPM_PROGRAM npm)
if(SYSWRIGHT_WEB STREQUAL "ON" AND NOT (NODE_PROGRAM AND NPM_PROGRAM))
  message(FATAL_ERROR "SYSWRIGHT_WEB=ON needs node and npm: install the packages nodejs and npm")
endif()

# syswright_web(target)
# Adds to the target the page of `syswright serve`: web/ bundled by esbuild into one C++ source. Node and npm are needed
# for that and for nothing else; a program that was built without them says in `serve` how to get the page.
function(syswright_web target)
  set(web ${CMAKE_SOURCE_DIR}/web)
  set(folder ${CMAKE_BINARY_DIR}/web)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/*)
  add_custom_command(
    OUTPUT ${folder}/assets.cpp
    COMMAND ${CMAKE_COMMAND} -DSOURCE=${web} -DFOLDER=${folder} -DOUTPUT=${folder}/assets.cpp -DNODE=${NODE_PROGRAM}
            -DNPM=${NPM_PROGRAM} -DWANTED=${SYSWRIGHT_WEB} -P ${CMAKE_SOURCE_DIR}/cmake/web_write.cmake
    DEPENDS ${sources} ${web}/package.json ${web}/package-lock.json ${web}/build.mjs
            ${CMAKE_SOURCE_DIR}/cmake/web_write.cmake
    COMMENT "Bundling the page of 'serve'" VERBATIM)
  # A target of its own, so that it does not wait for the libraries that the other one needs.
  add_custom_target(${target}_web DEPENDS ${folder}/assets.cpp)
  target_sources(${target} PRIVATE ${folder}/assets.cpp)
  add_dependencies(${target} ${target}_web)
endfunction()
