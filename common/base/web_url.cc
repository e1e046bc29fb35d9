#include "common/base/web_url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "common/base/hex_digit.h"

namespace smsweb {
namespace {

constexpr std::size_t kLongestHost = 253;
constexpr std::size_t kLongestLabel = 63;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Cuts off what is before the first of `ends`; the rest begins with that one.
std::string_view CutBefore(std::string_view ends, std::string_view* rest) {
  const auto head = rest->substr(0, rest->find_first_of(ends));
  rest->remove_prefix(head.size());
  return head;
}

// RFC 3986 § 3.3 and 3.4: what stands for itself in a path or a query.
bool IsPlain(char c) {
  constexpr std::string_view kOthers = "-._~!$&'()*+,;=:@/?";
  return IsDigit(c) || IsLetter(c) || kOthers.find(c) != std::string_view::npos;
}

// Whether each '%' is followed by two hex digits, and none of the octets that
// they stand for is one that a path must not hide.
bool IsWritten(std::string_view text, bool path) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      if (!IsPlain(text[i])) return false;
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const int high = HexDigitValue(text[i + 1]);
    const int low = HexDigitValue(text[i + 2]);
    if (high < 0 || low < 0) return false;
    const int octet = high * 16 + low;
    constexpr std::string_view kHidden = "./\\%;";
    const bool hides =
        octet < ' ' || octet == 0x7F ||
        kHidden.find(static_cast<char>(octet)) != std::string_view::npos;
    if (path && hides) return false;
    i += 2;
  }
  return true;
}

// No segment may be empty (but the last), "." or ".."; nor with parameters
// behind a ';', which some servers cut off before they look.
bool HasPlainSegments(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto segment = CutBefore("/", &path);
    const auto name = segment.substr(0, segment.find(';'));
    if (name == "." || name == ".." || (segment.empty() && !path.empty())) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> ReadIpv6(std::string_view text) {
  in6_addr address;
  if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1) {
    return std::nullopt;
  }
  std::array<char, INET6_ADDRSTRLEN> plain{};
  inet_ntop(AF_INET6, &address, plain.data(), plain.size());
  return "[" + std::string(plain.data()) + "]";
}

bool IsLabel(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel &&
         label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) {
           return IsDigit(c) || IsLetter(c) || c == '-' || c == '_';
         });
}

// "127.1", "0x7f.1" and "2130706433" are addresses to some: what ends in a
// number has to be one to everybody.
bool EndsInNumber(std::string_view host) {
  const auto last = host.substr(host.rfind('.') + 1);
  return std::ranges::all_of(last, IsDigit) || last.starts_with("0x");
}

std::optional<std::string> ReadHost(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    return ReadIpv6(text.substr(1, text.size() - 2));
  }
  if (text.empty() || text.size() > kLongestHost) return std::nullopt;
  std::string host(text);
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (std::string_view rest = host;;) {
    if (!IsLabel(CutBefore(".", &rest))) return std::nullopt;
    if (rest.empty()) break;
    rest.remove_prefix(1);
  }
  in_addr address;
  if (EndsInNumber(host) && inet_pton(AF_INET, host.c_str(), &address) != 1) {
    return std::nullopt;
  }
  return host;
}

std::optional<int> ReadPort(std::string_view text) {
  int port = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || text.front() == '0' || error != std::errc() ||
      end != text.data() + text.size() || port < 1 || port > 65535) {
    return std::nullopt;
  }
  return port;
}

std::optional<WebUrl> ReadScheme(std::string_view* rest) {
  for (const auto& [scheme, port] : {std::pair{"https", 443}, {"http", 80}}) {
    const std::string begin = std::string(scheme) + "://";
    if (!rest->starts_with(begin)) continue;
    rest->remove_prefix(begin.size());
    return WebUrl{.scheme = scheme, .port = port};
  }
  return std::nullopt;
}

bool ReadAuthority(std::string_view authority, WebUrl* url) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(
      ':', bracket == std::string_view::npos ? std::size_t{0} : bracket);
  auto host = ReadHost(authority.substr(0, colon));
  if (!host) return false;
  url->host = std::move(*host);
  if (colon == std::string_view::npos) return true;
  const auto port = ReadPort(authority.substr(colon + 1));
  if (port) url->port = *port;
  return port.has_value();
}

}  // namespace

std::optional<WebUrl> ParseWebUrl(std::string_view text) {
  if (text.size() > kLongestWebUrl) return std::nullopt;
  auto url = ReadScheme(&text);
  if (!url) return std::nullopt;
  if (!ReadAuthority(CutBefore("/?", &text), &*url)) return std::nullopt;
  url->path = CutBefore("?", &text);
  if (!IsWritten(url->path, true) || !HasPlainSegments(url->path)) {
    return std::nullopt;
  }
  if (url->path.empty()) url->path = "/";
  if (text.empty()) return url;
  url->query = text.substr(1);
  if (!IsWritten(url->query, false)) return std::nullopt;
  return url;
}

std::string WebUrl::Origin() const {
  return scheme + "://" + host + ":" + std::to_string(port);
}

bool WebUrl::Covers(const WebUrl& other) const {
  if (scheme != other.scheme || host != other.host || port != other.port ||
      !other.path.starts_with(path)) {
    return false;
  }
  return path.ends_with('/') || other.path.size() == path.size() ||
         other.path[path.size()] == '/';
}

}  // namespace smsweb
