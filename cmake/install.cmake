# What `cmake --install` and `cpack` make: the program (component runtime), and for those who write programs with the
# libraries these, their headers and find_package(syswright) (component development). docs/install.md is for users.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS syswright RUNTIME COMPONENT runtime)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/workloads DESTINATION ${CMAKE_INSTALL_DATADIR}/syswright COMPONENT runtime)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/syswright
        COMPONENT runtime)

# The libraries: all modules but the command line.
get_property(modules GLOBAL PROPERTY SYSWRIGHT_MODULES)
list(REMOVE_ITEM modules syswright_app)
add_library(syswright_libraries INTERFACE)
set_target_properties(syswright_libraries PROPERTIES EXPORT_NAME syswright)
target_link_libraries(syswright_libraries INTERFACE ${modules})
# Bit-for-bit agreement of the interpreter with native code forbids fused multiply-add in inlined code, too.
target_compile_options(syswright_libraries INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/syswright)
install(TARGETS ${modules} syswright_libraries EXPORT syswrightTargets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/syswright COMPONENT development)
install(EXPORT syswrightTargets NAMESPACE syswright:: DESTINATION ${package} COMPONENT development)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/src/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/syswright COMPONENT development
        FILES_MATCHING PATTERN "*.h" PATTERN "app" EXCLUDE)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/syswrightConfig.cmake.in
                              ${CMAKE_BINARY_DIR}/generated/syswrightConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/syswrightConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/generated/syswrightConfig.cmake
              ${CMAKE_BINARY_DIR}/generated/syswrightConfigVersion.cmake
        DESTINATION ${package} COMPONENT development)

# cpack -G DEB: one package a component; what the program needs is found by dpkg-shlibdeps.
set(CPACK_PACKAGE_NAME syswright)
set(CPACK_PACKAGE_VENDOR Syswright)
set(CPACK_PACKAGE_CONTACT "Syswright maintainers <maintainers@syswright.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Designs, proves and explains the policies of computer systems")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME syswright)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_RECOMMENDS strace)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libsyswright-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(development_packages
    cmake libcurl4-openssl-dev coinor-libcbc-dev libfmt-dev libsqlite3-dev libxxhash-dev libz3-dev libzstd-dev
    llvm-19-dev nlohmann-json3-dev pkg-config)
if(MPI_C_FOUND)
  list(APPEND development_packages libopenmpi-dev)
endif()
list(JOIN development_packages ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "The program, with its bundled workload.")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "Static libraries, headers and a CMake package, for programs of one's own.")
include(CPack)
