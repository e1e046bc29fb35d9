// Ports and sockets on this machine, looked at from outside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/error.h"

namespace smsweb::bench {

// A port of 127.0.0.1 at which nobody listens, below those that the kernel
// gives to clients: a load takes all of these, and a server that is started
// anew has to get the same port again.
Result<std::uint16_t> FreePort();

// Whether somebody takes connections at a unix socket.
bool ListensAt(const std::filesystem::path& socket);

// The status of a GET request to 127.0.0.1; 0: no HTTP answer within a few
// seconds.
int HttpStatus(std::uint16_t port, const std::string& path);

}  // namespace smsweb::bench
