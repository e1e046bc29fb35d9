// POSTs over HTTP, without ever waiting: the poll loop asks what to wait for
// and tells what came. libcurl is behind it (curl_module.cc).
#pragma once

#include <poll.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/error.h"

namespace smsweb {

struct HttpPost {
  std::int64_t tag;                  // given back with the answer
  std::string url;                   // http or https
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  // Only to an address of somebody on the internet (common/base
  // public_address.h), found out as it is connected to: what a name leads to
  // may change. Goes there itself, past any proxy.
  bool public_only = false;
};

struct HttpAnswer {
  std::int64_t tag = 0;
  int status = 0;         // 0: none came, and `error` says why
  std::string error;      // never holds the URL's credentials or the body
  Millis retry_after{0};  // what the answer asked for; 0: nothing
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Redirects are not followed, certificates are verified, and what the answer
  // holds is thrown away. Ends in one answer, after kHttpTimeout at the latest.
  virtual void Post(HttpPost post) = 0;
  // Does what can be done now. `polled` is what PollFds() gave, with what poll
  // found.
  virtual std::vector<HttpAnswer> Turn(std::span<const pollfd> polled) = 0;
  virtual std::vector<pollfd> PollFds() const = 0;
  virtual std::optional<MonoTime> Deadline() const = 0;
};

inline constexpr Millis kHttpTimeout{15'000};

// Loads smsweb-http.so (common/base/module.h).
Result<std::unique_ptr<HttpClient>> LoadHttpClient(const Clock& clock);

}  // namespace smsweb
