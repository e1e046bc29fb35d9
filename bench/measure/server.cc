#include "bench/measure/server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>

#include "common/base/web_url.h"

namespace smsweb::bench {
namespace {

Result<std::string> Resolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found)) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("{}: {}", host, ::gai_strerror(error)));
  }
  char text[INET_ADDRSTRLEN] = {};
  const auto* address = reinterpret_cast<const sockaddr_in*>(found->ai_addr);
  ::inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text));
  ::freeaddrinfo(found);
  return std::string(text);
}

}  // namespace

Result<Server> ServerOf(const std::string& url) {
  const auto parsed = ParseWebUrl(url);
  if (!parsed || parsed->scheme != "http" || parsed->path != "/" ||
      !parsed->query.empty()) {
    return Fail(
        ErrorKind::kInvalid,
        fmt::format("\"{}\": give http://HOST:PORT; what is asked of it "
                    "is the API's (https is not measured: put the load "
                    "behind the TLS)",
                    url));
  }
  if (parsed->host.starts_with('[')) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("\"{}\": the load speaks IPv4 alone; give an IPv4 "
                            "address, or a name that has one",
                            url));
  }
  auto address = Resolve(parsed->host);
  if (!address) return std::unexpected(address.error());
  Server server;
  server.address = *address;
  server.port = static_cast<std::uint16_t>(parsed->port);
  server.host = fmt::format("{}:{}", parsed->host, parsed->port);
  return server;
}

Server ServerOf(Setup& setup) {
  Server server;
  server.port = setup.port();
  server.host = fmt::format("127.0.0.1:{}", server.port);
  server.setup = &setup;
  return server;
}

}  // namespace smsweb::bench
