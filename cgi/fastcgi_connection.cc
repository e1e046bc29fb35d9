#include "cgi/fastcgi_connection.h"

#include <fcgiapp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <list>

#include "cgi/cgi_variables.h"

// Two fields of FCGX_Request that its header calls private are used here,
// `ipcFd` and `keepConnection`: the only way to have libfcgi read from a
// connection that it did not accept itself. They are part of a struct that
// callers allocate, so of the library's ABI.

namespace smsweb {
namespace {

constexpr std::size_t kPiece = 16384;
constexpr std::size_t kMostDiscarded = 1 << 20;

FastCgiConnection::Arrival ArrivalOf(RequestRecords::State state) {
  switch (state) {
    case RequestRecords::State::kPart:
      return FastCgiConnection::Arrival::kPart;
    case RequestRecords::State::kWhole:
      return FastCgiConnection::Arrival::kWhole;
    case RequestRecords::State::kNonsense:
      return FastCgiConnection::Arrival::kGone;
  }
  return FastCgiConnection::Arrival::kGone;
}

// The variables of a request are "NAME=value" strings; ours are found in one
// pass, since FCGX_GetParam() walks them all for each name.
class Variables {
 public:
  explicit Variables(char** environment) {
    for (; *environment; ++environment) {
      const char* equals = std::strchr(*environment, '=');
      if (!equals) continue;
      const std::string_view name(
          *environment, static_cast<std::size_t>(equals - *environment));
      Set(name, equals + 1);
    }
  }

  explicit Variables(std::string_view parameters) {
    ForEachParameter(parameters,
                     [&](auto name, auto value) { Set(name, value); });
  }

  std::string_view operator()(std::string_view name) const {
    const auto known = std::ranges::find(kNames, name);
    if (known == kNames.end()) return {};
    return values_[static_cast<std::size_t>(known - kNames.begin())];
  }

 private:
  void Set(std::string_view name, std::string_view value) {
    const auto known = std::ranges::find(kNames, name);
    if (known == kNames.end()) return;
    auto& is = values_[static_cast<std::size_t>(known - kNames.begin())];
    const bool again = is.data() != nullptr && name.starts_with("HTTP_");
    is = again
             ? joined_.emplace_back(std::string(is).append(", ").append(value))
             : value;
  }

  static constexpr std::array<std::string_view, 10> kNames = {
      "REQUEST_METHOD",      "SCRIPT_NAME",  "PATH_INFO",
      "REQUEST_URI",         "QUERY_STRING", "CONTENT_TYPE",
      "CONTENT_LENGTH",      "REMOTE_ADDR",  "HTTP_AUTHORIZATION",
      "HTTP_IDEMPOTENCY_KEY"};
  std::array<std::string_view, kNames.size()> values_{};
  // Headers that came more than once (RFC 9110 § 5.3), where the web server
  // passes each.
  std::list<std::string> joined_;
};

}  // namespace

bool FastCgiConnection::StartLibrary() { return FCGX_Init() == 0; }

FastCgiConnection::FastCgiConnection(int fd, const FastCgiBodies& bodies)
    : fd_(fd), bodies_(bodies), request_(std::make_unique<FCGX_Request>()) {
  FCGX_InitRequest(request_.get(), -1, 0);
}

FastCgiConnection::~FastCgiConnection() { FCGX_Free(request_.get(), 0); }

FastCgiConnection::Arrival FastCgiConnection::Gather() {
  if (!partial_) {
    const Arrival arrival = Look();
    if (arrival != Arrival::kPart) return arrival;
    const auto most_body = [this](std::string_view parameters) {
      return bodies_.plan(RequestFromVariables(Variables(parameters))).most;
    };
    partial_.emplace(
        Pieces{RequestRecords(most_body), Spool(bodies_.spool_folder)});
  }
  return TakeIn();
}

// Most requests come whole, and are left where libfcgi reads them.
FastCgiConnection::Arrival FastCgiConnection::Look() const {
  std::array<char, kPiece> piece;
  const auto got =
      ::recv(fd_, piece.data(), piece.size(), MSG_PEEK | MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Arrival::kPart;
  if (got <= 0) return Arrival::kGone;
  RequestRecords records;
  return ArrivalOf(
      records.Take({piece.data(), static_cast<std::size_t>(got)}, nullptr));
}

FastCgiConnection::Arrival FastCgiConnection::TakeIn() {
  std::array<char, kPiece> piece;
  for (;;) {
    const auto got = ::recv(fd_, piece.data(), piece.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return Arrival::kPart;
    if (got <= 0) return Arrival::kGone;
    std::string kept;
    const auto arrival = ArrivalOf(partial_->records.Take(
        {piece.data(), static_cast<std::size_t>(got)}, &kept));
    // The rest is taken in all the same: its sender waits for an answer.
    if (auto done = partial_->spool.Append(kept); !done) {
      bodies_.not_stored(done.error());
    }
    if (arrival != Arrival::kPart) return arrival;
  }
}

std::optional<Request> FastCgiConnection::Read() {
  const bool stored = !partial_ || partial_->spool.whole();
  if (!Accept()) return std::nullopt;
  const Variables variables(request_->envp);
  const auto read = [this](char* buffer, std::size_t size) {
    const int got = FCGX_GetStr(buffer, static_cast<int>(size), request_->in);
    return static_cast<std::size_t>(std::max(got, 0));
  };
  Request request = RequestFromVariables(variables);
  ReadBody(variables("CONTENT_LENGTH"), bodies_.plan, read, &request);
  if (!stored) request.body_state = Request::BodyState::kNotStored;
  if (!request.stream) EndBody();
  return request;
}

bool FastCgiConnection::Accept() {
  const bool from_memory = partial_.has_value();
  request_->ipcFd = from_memory ? partial_->spool.Finish().Release() : fd_;
  partial_.reset();
  request_->keepConnection = 1;
  request_->detached = 1;  // closing waits for nobody
  const bool accepted =
      request_->ipcFd >= 0 && FCGX_Accept_r(request_.get()) >= 0;
  kept_ = accepted && request_->keepConnection != 0;
  if (!accepted && from_memory) ::close(fd_);
  body_ended_ = false;
  return accepted;
}

// The record that ends the body must be gone before the next request: what
// nobody wanted to read is read away. So much of it: more ends the connection,
// of which a web server that keeps it learns with its next request. What was
// gathered is over; the answer goes to the peer.
void FastCgiConnection::EndBody() {
  if (body_ended_) return;
  body_ended_ = true;
  char rest[8192];
  std::size_t discarded = 0;
  for (;;) {
    const int got = FCGX_GetStr(rest, sizeof(rest), request_->in);
    if (got <= 0) break;
    discarded += static_cast<std::size_t>(got);
    if (discarded > kMostDiscarded) {
      // What was gathered has been taken off the wire already.
      if (request_->ipcFd == fd_) kept_ = false;
      break;
    }
  }
  if (request_->ipcFd == fd_) return;
  ::close(request_->ipcFd);
  request_->ipcFd = fd_;
}

bool FastCgiConnection::Answer(const Response& response) {
  EndBody();
  const std::string text = FormatCgi(response);
  FCGX_PutStr(text.data(), static_cast<int>(text.size()), request_->out);
  request_->keepConnection = 1;
  request_->detached = 1;
  FCGX_Finish_r(request_.get());
  return request_->ipcFd >= 0;
}

}  // namespace smsweb
