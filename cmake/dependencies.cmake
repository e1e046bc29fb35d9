# Debian's packages, each as one imported target. deploy/packages lists them
# for apt.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(utf8cpp REQUIRED)
if(NOT TARGET utf8cpp)  # its name on Debian 12; 13 has it in a namespace
  add_library(utf8cpp INTERFACE)
  target_link_libraries(utf8cpp INTERFACE utf8cpp::utf8cpp)
endif()
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(serialport REQUIRED IMPORTED_TARGET libserialport)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)  # header-only

pkg_check_modules(fcgi REQUIRED IMPORTED_TARGET fcgi)

# Its own .cmake file has a library of that name, too; this one is asked for the
# system's zone files, as Debian builds it.
find_package(date REQUIRED)
add_library(date_tz INTERFACE)
target_link_libraries(date_tz INTERFACE date::date-tz)

# These two come without a .pc or .cmake file.
find_path(PHONENUMBER_INCLUDE_DIR phonenumbers/phonenumberutil.h REQUIRED)
find_library(PHONENUMBER_LIBRARY phonenumber REQUIRED)
add_library(phonenumber INTERFACE)
target_include_directories(phonenumber SYSTEM INTERFACE ${PHONENUMBER_INCLUDE_DIR})
target_link_libraries(phonenumber INTERFACE ${PHONENUMBER_LIBRARY})

find_path(UNISTRING_INCLUDE_DIR unigbrk.h REQUIRED)
# The archive: two functions and their tables, where the shared library would
# cost each plain CGI request the loading of it.
find_library(UNISTRING_LIBRARY NAMES libunistring.a unistring REQUIRED)
add_library(unistring INTERFACE)
target_include_directories(unistring SYSTEM INTERFACE ${UNISTRING_INCLUDE_DIR})
target_link_libraries(unistring INTERFACE ${UNISTRING_LIBRARY})

# Catch2: v2 on Debian 12 (<catch2/catch.hpp>), v3 on Debian 13.
find_package(Catch2 REQUIRED)

# Debian's own, with Debian's modules: yaml for the contract that is built in,
# jsonschema for the tests. Another one that comes first in PATH has neither.
find_program(SMSWEB_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
