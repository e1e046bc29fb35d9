#include "common/base/public_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <vector>

#include "common/base/network.h"

namespace smsweb {
namespace {

std::vector<Network> Networks(std::initializer_list<std::string_view> texts) {
  std::vector<Network> networks;
  for (const auto text : texts) networks.push_back(*Network::Parse(text));
  return networks;
}

bool IsIn(const std::vector<Network>& networks, std::string_view address) {
  return std::ranges::any_of(networks, [&](const Network& network) {
    return network.Contains(address);
  });
}

bool IsPublicIpv4(std::string_view text) {
  static const auto kSpecial = Networks({
      "0.0.0.0/8",        // this network
      "10.0.0.0/8",       // private (RFC 1918)
      "100.64.0.0/10",    // shared, behind a carrier's NAT
      "127.0.0.0/8",      // loopback
      "169.254.0.0/16",   // link-local; clouds serve credentials there
      "172.16.0.0/12",    // private
      "192.0.0.0/24",     // IETF protocols
      "192.0.2.0/24",     // documentation
      "192.88.99.0/24",   // relays of 6to4
      "192.168.0.0/16",   // private
      "198.18.0.0/15",    // benchmarks
      "198.51.100.0/24",  // documentation
      "203.0.113.0/24",   // documentation
      "224.0.0.0/4",      // multicast
      "240.0.0.0/4",      // reserved, and broadcast
  });
  return !IsIn(kSpecial, text);
}

bool IsPublicIpv6(std::string_view text) {
  static const auto kGlobal = Networks({"2000::/3"});
  static const auto kSpecial = Networks({
      "2001::/23",      // IETF protocols; Teredo
      "2001:db8::/32",  // documentation
      "2002::/16",      // 6to4
      "3fff::/20",      // documentation
  });
  return IsIn(kGlobal, text) && !IsIn(kSpecial, text);
}

}  // namespace

std::string AddressText(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &ipv4.sin_addr, text.data(), text.size());
  } else if (address.sa_family == AF_INET6) {
    const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &ipv6.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

bool IsPublicAddress(std::string_view text) {
  static const auto kHoldsIpv4 = Networks({"::ffff:0:0/96", "64:ff9b::/96"});
  std::array<std::uint8_t, 16> ipv6{};
  const std::string copy(text);
  if (inet_pton(AF_INET6, copy.c_str(), ipv6.data()) == 1) {
    if (!IsIn(kHoldsIpv4, text)) return IsPublicIpv6(text);
    std::array<char, INET_ADDRSTRLEN> ipv4{};
    inet_ntop(AF_INET, &ipv6[12], ipv4.data(), ipv4.size());
    return IsPublicIpv4(ipv4.data());
  }
  in_addr ipv4;
  return inet_pton(AF_INET, copy.c_str(), &ipv4) == 1 && IsPublicIpv4(text);
}

}  // namespace smsweb
