#include "bench/load/request_text.h"

#include <string_view>

namespace smsweb::bench {
namespace {

// A request of these methods says how long its body is even if it has none
// (RFC 9110 § 8.6).
bool MeansABody(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

RequestText::RequestText(const RequestTemplate& request,
                         const std::string& host, bool keep_alive)
    : line_(request.method + ' ' + request.target),
      headers_(" HTTP/1.1\r\nHost: " + host + "\r\n"),
      body_(request.body),
      has_length_(!request.body.empty() || MeansABody(request.method)) {
  if (!keep_alive) headers_ += "Connection: close\r\n";
  for (const auto& [name, value] : request.headers) {
    headers_ += name + ": " + value + "\r\n";
  }
}

void RequestText::Write(std::uint64_t number, std::string& text) const {
  const Digits digits(number);
  text.clear();
  line_.Append(digits, text);
  text += headers_;
  if (has_length_) {
    text += "Content-Length: ";
    text += Digits(body_.Size(digits)).plain();
    text += "\r\n";
  }
  text += "\r\n";
  body_.Append(digits, text);
}

}  // namespace smsweb::bench
