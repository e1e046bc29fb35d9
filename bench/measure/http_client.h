// One HTTP request with one answer, by libcurl: where a single message is
// looked at, and no load is made.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/error.h"

namespace smsweb::bench {

struct HttpAnswer {
  int status = 0;
  std::string body;
  std::int64_t sent_us = 0;      // CLOCK_MONOTONIC: just before it was sent
  std::int64_t answered_us = 0;  // the whole answer was there
};

class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // kUnavailable: no answer within 60 seconds, and why.
  Result<HttpAnswer> Get(const std::string& url);

 private:
  void* handle_;
};

// As in a query: RFC 3986 § 2.1.
std::string PercentEncoded(const std::string& text);

}  // namespace smsweb::bench
