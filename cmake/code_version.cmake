# syswright_code_version(target folders…)
# Adds to the target a source that defines syswright::code_version(): a digest of all sources in these folders of src/.
# It is made anew when one of them changes, and compiled anew only when the digest does.
function(syswright_code_version target)
  set(patterns)
  foreach(folder ${ARGN})
    list(APPEND patterns ${CMAKE_SOURCE_DIR}/src/${folder}/*.h ${CMAKE_SOURCE_DIR}/src/${folder}/*.cpp)
  endforeach()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${patterns})
  list(SORT sources)
  list(JOIN sources "\n" lines)
  set(folder ${CMAKE_BINARY_DIR}/generated)
  file(CONFIGURE OUTPUT ${folder}/code_version.sources CONTENT "${lines}\n")
  add_custom_command(
    OUTPUT ${folder}/code_version.stamp
    BYPRODUCTS ${folder}/code_version.cpp
    COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}/src -DFOLDER=${folder}
            -P ${CMAKE_SOURCE_DIR}/cmake/code_version_write.cmake
    DEPENDS ${sources} ${folder}/code_version.sources ${CMAKE_SOURCE_DIR}/cmake/code_version_write.cmake
    COMMENT "Digest of the sources" VERBATIM)
  add_custom_target(${target}_code_version DEPENDS ${folder}/code_version.stamp)
  set_source_files_properties(${folder}/code_version.cpp PROPERTIES GENERATED TRUE)
  target_sources(${target} PRIVATE ${folder}/code_version.cpp)
  add_dependencies(${target} ${target}_code_version)
endfunction()
