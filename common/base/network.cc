#include "common/base/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace smsweb {
namespace {

std::optional<int> ParseInt(std::string_view text, int min, int max) {
  int value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  if (value < min || value > max) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Network::Address> Network::ParseAddress(std::string_view text) {
  const std::string copy(text);
  Address address{};
  if (inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
  address[10] = address[11] = 0xFF;
  if (inet_pton(AF_INET, copy.c_str(), address.data() + 12) == 1) {
    return address;
  }
  return std::nullopt;
}

std::optional<Network> Network::Parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto host = text.substr(0, slash);
  const auto address = ParseAddress(host);
  if (!address) return std::nullopt;
  const bool v4 = host.find(':') == std::string_view::npos;
  Network network;
  network.address_ = *address;
  if (slash != std::string_view::npos) {
    const auto bits = ParseInt(text.substr(slash + 1), 0, v4 ? 32 : 128);
    if (!bits) return std::nullopt;
    network.prefix_length_ = *bits + (v4 ? 96 : 0);
  }
  return network;
}

bool Network::Contains(std::string_view text) const {
  const auto address = ParseAddress(text);
  if (!address) return false;
  for (int bit = 0; bit < prefix_length_; bit += 8) {
    const auto at = static_cast<std::size_t>(bit / 8);
    const int left = std::min(8, prefix_length_ - bit);
    const int mask = (0xFF << (8 - left)) & 0xFF;
    if ((((*address)[at] ^ address_[at]) & mask) != 0) return false;
  }
  return true;
}

std::optional<ListenAddress> ParseListenAddress(std::string_view text) {
  if (text.starts_with("unix:")) {
    const auto path = text.substr(5);
    if (!path.starts_with('/') || path.size() > kMaxSocketPath) {
      return std::nullopt;
    }
    return ListenAddress{std::string(path), "", ""};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  const auto port = text.substr(colon + 1);
  if (host.empty() || !ParseInt(port, 0, 65535)) return std::nullopt;
  return ListenAddress{"", std::string(host), std::string(port)};
}

}  // namespace smsweb
