// A connection from a web server, on which libfcgi reads one request after
// another, each once it has come whole: libfcgi never waits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "cgi/fastcgi_bodies.h"
#include "cgi/fastcgi_records.h"
#include "cgi/http.h"
#include "cgi/spool.h"

struct FCGX_Request;

namespace smsweb {

class FastCgiConnection {
 public:
  // Once, before the first connection.
  static bool StartLibrary();

  // `fd` is accepted, and not owned: the server closes it, or libfcgi, where
  // Read() or Answer() say so. `bodies` is kept by reference.
  FastCgiConnection(int fd, const FastCgiBodies& bodies);
  ~FastCgiConnection();
  FastCgiConnection(const FastCgiConnection&) = delete;

  int fd() const { return fd_; }

  enum class Arrival : std::uint8_t { kPart, kWhole, kGone };

  // Takes what has come of a request, without waiting for more. Of a body that
  // is over its bound it keeps so much as shows that it is.
  Arrival Gather();
  bool partial() const { return partial_.has_value(); }

  // The request, after kWhole; a streamed body can be read until Answer().
  // None: it is nonsense, and the descriptor is closed.
  std::optional<Request> Read();

  // False: the peer does not take it, and the descriptor is closed.
  bool Answer(const Response& response);

  // The web server keeps the connection for its next request.
  bool kept() const { return kept_; }

 private:
  // A request that came in pieces.
  struct Pieces {
    RequestRecords records;
    Spool spool;
  };

  Arrival Look() const;
  Arrival TakeIn();
  bool Accept();
  void EndBody();

  int fd_;
  const FastCgiBodies& bodies_;
  std::unique_ptr<FCGX_Request> request_;
  bool kept_ = false;
  bool body_ended_ = false;
  std::optional<Pieces> partial_;
};

}  // namespace smsweb
