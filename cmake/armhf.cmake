# armhf (Banana Pi, Raspberry Pi) by Debian's cross compiler, on a machine with
# armhf as a foreign architecture and the -dev packages of that architecture.
# tests/armhf makes such a machine, and builds with:
#
#   cmake -S . -B build-armhf -G Ninja --toolchain cmake/armhf.cmake
#
# What is built is run by qemu-user. It has to be the static one: the dynamic
# linker of another would try to load a test's LD_PRELOAD into qemu itself.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR armv7l)
set(CMAKE_C_COMPILER arm-linux-gnueabihf-gcc)
set(CMAKE_CXX_COMPILER arm-linux-gnueabihf-g++)
set(PKG_CONFIG_EXECUTABLE /usr/bin/arm-linux-gnueabihf-pkg-config)
set(CMAKE_CROSSCOMPILING_EMULATOR /usr/bin/qemu-arm-static)
# Notes, no warnings: that GCC 7 passes some structures otherwise than GCC 6 did.
set(CMAKE_CXX_FLAGS_INIT -Wno-psabi)
