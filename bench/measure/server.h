// The server that is asked: of a set-up of ours, or somebody else's.
#pragma once

#include <cstdint>
#include <string>

#include "bench/setup/setup.h"
#include "common/base/error.h"

namespace smsweb::bench {

// Where the load goes.
struct Server {
  std::string address = "127.0.0.1";  // IPv4
  std::uint16_t port = 0;
  std::string host;  // "127.0.0.1:8080", as it was named: for Host:
  std::string base() const { return "http://" + host; }
  Setup* setup = nullptr;  // ours; null: somebody else's
};

// Of "http://HOST:PORT"; kInvalid if it says more, or less, or an IPv6 address.
// kUnavailable: HOST has no IPv4 address.
Result<Server> ServerOf(const std::string& url);
Server ServerOf(Setup& setup);

}  // namespace smsweb::bench
