// A connection from a web server, on which libfcgi reads one request after
// another, each once it has come whole: libfcgi never waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cgi/fastcgi_records.h"
#include "cgi/http.h"

struct FCGX_Request;

namespace smsweb {

class FastCgiConnection {
 public:
  // Once, before the first connection.
  static bool StartLibrary();

  // `fd` is accepted, and not owned: the server closes it, or libfcgi, where
  // Read() or Answer() say so.
  explicit FastCgiConnection(int fd);
  ~FastCgiConnection();
  FastCgiConnection(const FastCgiConnection&) = delete;

  int fd() const { return fd_; }

  enum class Arrival : std::uint8_t { kPart, kWhole, kGone };

  // Takes what has come of a request, without waiting for more. Of a body over
  // `most_body` bytes it keeps so much as shows that it is.
  Arrival Gather(std::size_t most_body);
  bool partial() const { return partial_.has_value(); }

  // The request, after kWhole. None: it is nonsense, and the descriptor is
  // closed.
  std::optional<Request> Read(std::size_t max_body);

  // False: the peer does not take it, and the descriptor is closed.
  bool Answer(const Response& response);

  // The web server keeps the connection for its next request.
  bool kept() const { return kept_; }

 private:
  Arrival Look(std::size_t most_body) const;
  Arrival TakeIn();
  bool Accept();
  Request ReadAccepted(std::size_t max_body);

  int fd_;
  std::unique_ptr<FCGX_Request> request_;
  bool kept_ = false;
  // Of a request that came in pieces.
  std::optional<RequestRecords> partial_;
  std::string gathered_;
};

}  // namespace smsweb
