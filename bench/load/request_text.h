// The bytes of a request, made of its template: what does not change is put
// together once, and no number costs an allocation.
#pragma once

#include <cstdint>
#include <string>

#include "bench/load/load.h"
#include "bench/load/numbered_text.h"

namespace smsweb::bench {

class RequestText {
 public:
  // `host` is the Host header's value. Without `keep_alive` the server is asked
  // to close the connection.
  RequestText(const RequestTemplate& request, const std::string& host,
              bool keep_alive);

  // Writes the request of this number over `text`.
  void Write(std::uint64_t number, std::string& text) const;

 private:
  NumberedText line_;    // method and target
  std::string headers_;  // from " HTTP/1.1" on, but for Content-Length
  NumberedText body_;
  bool has_length_;
};

}  // namespace smsweb::bench
