// Addresses as people write them: networks in CIDR notation, and places to
// listen at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smsweb {

// sizeof(sockaddr_un::sun_path), less the final NUL.
inline constexpr std::size_t kMaxSocketPath = 107;

// "10.0.0.0/8", "2001:db8::/32", or one address. An IPv4 address written as
// IPv6 ("::ffff:10.1.2.3") is the IPv4 address.
class Network {
 public:
  static std::optional<Network> Parse(std::string_view text);

  // False, too, for what is no address.
  bool Contains(std::string_view address) const;

 private:
  using Address = std::array<std::uint8_t, 16>;
  static std::optional<Address> ParseAddress(std::string_view text);

  Address address_{};  // IPv4 as ::ffff:a.b.c.d
  int prefix_length_ = 128;
};

// "unix:/path", or "HOST:PORT" with a numeric or named host; "[::1]:9000".
struct ListenAddress {
  std::string path;  // not empty: a unix socket
  std::string host;
  std::string port;
};
std::optional<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace smsweb
