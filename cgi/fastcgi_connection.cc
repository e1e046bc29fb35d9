#include "cgi/fastcgi_connection.h"

#include <fcgiapp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "cgi/cgi_variables.h"

// Two fields of FCGX_Request that its header calls private are used here,
// `ipcFd` and `keepConnection`: the only way to have libfcgi read from a
// connection that it did not accept itself. They are part of a struct that
// callers allocate, so of the library's ABI.

namespace smsweb {
namespace {

constexpr std::size_t kPiece = 16384;

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

// A file in memory that reads as the request: libfcgi wants a descriptor.
int MemoryOf(std::string_view bytes) {
  const int fd = ::memfd_create("request", MFD_CLOEXEC);
  if (fd < 0) return -1;
  while (!bytes.empty()) {
    const auto wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote <= 0) {
      ::close(fd);
      return -1;
    }
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  ::lseek(fd, 0, SEEK_SET);
  return fd;
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
      const auto known = std::ranges::find(kNames, name);
      if (known == kNames.end()) continue;
      values_[static_cast<std::size_t>(known - kNames.begin())] = equals + 1;
    }
  }

  std::string_view operator()(std::string_view name) const {
    const auto known = std::ranges::find(kNames, name);
    if (known == kNames.end()) return {};
    return values_[static_cast<std::size_t>(known - kNames.begin())];
  }

 private:
  static constexpr std::array<std::string_view, 10> kNames = {
      "REQUEST_METHOD",      "SCRIPT_NAME",  "PATH_INFO",
      "REQUEST_URI",         "QUERY_STRING", "CONTENT_TYPE",
      "CONTENT_LENGTH",      "REMOTE_ADDR",  "HTTP_AUTHORIZATION",
      "HTTP_IDEMPOTENCY_KEY"};
  std::array<std::string_view, kNames.size()> values_{};
};

}  // namespace

bool FastCgiConnection::StartLibrary() { return FCGX_Init() == 0; }

FastCgiConnection::FastCgiConnection(int fd)
    : fd_(fd), request_(std::make_unique<FCGX_Request>()) {
  FCGX_InitRequest(request_.get(), -1, 0);
}

FastCgiConnection::~FastCgiConnection() { FCGX_Free(request_.get(), 0); }

FastCgiConnection::Arrival FastCgiConnection::Gather(std::size_t most_body) {
  if (!partial_) {
    const Arrival arrival = Look(most_body);
    if (arrival != Arrival::kPart) return arrival;
    partial_.emplace(most_body);
  }
  return TakeIn();
}

// Most requests come whole, and are left where libfcgi reads them.
FastCgiConnection::Arrival FastCgiConnection::Look(
    std::size_t most_body) const {
  std::array<char, kPiece> piece;
  const auto got =
      ::recv(fd_, piece.data(), piece.size(), MSG_PEEK | MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Arrival::kPart;
  if (got <= 0) return Arrival::kGone;
  RequestRecords records(most_body);
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
    const auto arrival = ArrivalOf(partial_->Take(
        {piece.data(), static_cast<std::size_t>(got)}, &gathered_));
    if (arrival != Arrival::kPart) return arrival;
  }
}

std::optional<Request> FastCgiConnection::Read(std::size_t max_body) {
  if (!Accept()) return std::nullopt;
  Request request = ReadAccepted(max_body);
  if (request_->ipcFd !=
      fd_) {  // it was in memory; the answer goes to the peer
    ::close(request_->ipcFd);
    request_->ipcFd = fd_;
  }
  return request;
}

bool FastCgiConnection::Accept() {
  const bool from_memory = partial_.has_value();
  request_->ipcFd = from_memory ? MemoryOf(gathered_) : fd_;
  partial_.reset();
  gathered_ = {};
  request_->keepConnection = 1;
  request_->detached = 1;  // closing waits for nobody
  const bool accepted =
      request_->ipcFd >= 0 && FCGX_Accept_r(request_.get()) >= 0;
  kept_ = accepted && request_->keepConnection != 0;
  if (!accepted && from_memory) ::close(fd_);
  return accepted;
}

Request FastCgiConnection::ReadAccepted(std::size_t max_body) {
  const Variables variables(request_->envp);
  const auto read = [&](char* buffer, std::size_t size) {
    const int got = FCGX_GetStr(buffer, static_cast<int>(size), request_->in);
    return static_cast<std::size_t>(std::max(got, 0));
  };
  Request request = RequestFromVariables(variables);
  ReadBody(variables("CONTENT_LENGTH"), max_body, read, &request);
  // The record that ends the body must be gone before the next request; a body
  // that goes on behind its CONTENT_LENGTH ends the connection.
  char rest;
  if (read(&rest, 1) > 0) kept_ = false;
  return request;
}

bool FastCgiConnection::Answer(const Response& response) {
  const std::string text = FormatCgi(response);
  FCGX_PutStr(text.data(), static_cast<int>(text.size()), request_->out);
  request_->keepConnection = 1;
  request_->detached = 1;
  FCGX_Finish_r(request_.get());
  return request_->ipcFd >= 0;
}

}  // namespace smsweb
