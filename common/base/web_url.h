// Addresses of receivers on the web, as strangers may write them.
//
// Only what every reader of a URL reads alike is taken: http or https, a host
// in letters and digits or an address, a port, a path, a query. No user, no
// fragment, no dots or slashes that hide behind a '%', no number that some
// would take for an IPv4 address.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace smsweb {

inline constexpr std::size_t kLongestWebUrl = 2048;

struct WebUrl {
  std::string scheme;  // "http" or "https"
  std::string host;    // in lower case; IPv6 in brackets, as inet_ntop() has it
  int port = 0;        // that of the scheme where none was written
  std::string path;    // begins with '/'
  std::string query;   // behind '?', or empty

  // "https://example.com:443": whom it leads to.
  std::string Origin() const;
  // Whether `other` has the same origin and a path that begins with this one,
  // up to the end of a segment. This one's query does not count.
  bool Covers(const WebUrl& other) const;
};

std::optional<WebUrl> ParseWebUrl(std::string_view text);

}  // namespace smsweb
