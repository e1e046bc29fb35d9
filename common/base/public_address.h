// Which addresses belong to the public internet.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace smsweb {

// "192.0.2.1" or "2001:db8::1", without a port; empty for any other family.
std::string AddressText(const sockaddr& address);

// Whether an address is one of somebody on the internet: global unicast (the
// IANA registries of special addresses, RFC 6890), no tunnel, nobody's own
// network, and not this machine. An IPv4 address within an IPv6 one (mapped, or
// behind a NAT64) is looked at as IPv4. False for what is no address.
bool IsPublicAddress(std::string_view text);

}  // namespace smsweb
