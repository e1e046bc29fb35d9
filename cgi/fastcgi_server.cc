#include "cgi/fastcgi_server.h"

#include <fcgiapp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "cgi/cgi_variables.h"
#include "cgi/fastcgi_records.h"

namespace smsweb {

// libfcgi's request, bound to a descriptor that we accepted. Two of its fields
// that its header calls private are used, `ipcFd` and `keepConnection`: the
// only way to have it read from a connection that it did not accept itself.
// They are part of a struct that callers allocate, so of the library's ABI.
class FastCgiConnection {
 public:
  explicit FastCgiConnection(int fd) : fd_(fd) {
    FCGX_InitRequest(&request_, -1, 0);
  }
  ~FastCgiConnection() { FCGX_Free(&request_, 0); }
  FastCgiConnection(const FastCgiConnection&) = delete;

  int fd() const { return fd_; }
  FCGX_Request& request() { return request_; }

  enum class Arrival : std::uint8_t { kPart, kWhole, kGone };

  // Takes what has come of a request, without waiting for more.
  Arrival Gather(std::size_t most_body) {
    if (!partial_) {
      const Arrival arrival = Look(most_body);
      if (arrival != Arrival::kPart) return arrival;
      partial_.emplace(most_body);
    }
    return TakeIn();
  }
  bool partial() const { return partial_.has_value(); }

  // False: the peer is gone, or sent nonsense; the descriptor is closed.
  bool Accept() {
    const bool from_memory = partial_.has_value();
    request_.ipcFd = from_memory ? MemoryOf(gathered_) : fd_;
    partial_.reset();
    gathered_ = {};
    request_.keepConnection = 1;
    request_.detached = 1;  // closing waits for nobody
    const bool accepted = request_.ipcFd >= 0 && FCGX_Accept_r(&request_) >= 0;
    kept_ = accepted && request_.keepConnection != 0;
    if (!accepted && from_memory) ::close(fd_);
    return accepted;
  }

  // All has been read: libfcgi answers to the peer.
  void ReadingDone() {
    if (request_.ipcFd == fd_) return;
    ::close(request_.ipcFd);
    request_.ipcFd = fd_;
  }

  // Sends what was written. False: it failed, and libfcgi has closed the
  // descriptor.
  bool Finish() {
    request_.keepConnection = 1;
    request_.detached = 1;
    FCGX_Finish_r(&request_);
    return request_.ipcFd >= 0;
  }

  // The server keeps the connection for its next request.
  bool kept() const { return kept_; }
  void DontKeep() { kept_ = false; }

 private:
  static constexpr std::size_t kPiece = 16384;

  // Most requests come whole, and are left where libfcgi reads them.
  Arrival Look(std::size_t most_body) const {
    std::array<char, kPiece> piece;
    const auto got =
        ::recv(fd_, piece.data(), piece.size(), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Arrival::kPart;
    if (got <= 0) return Arrival::kGone;
    RequestRecords records(most_body);
    return ArrivalOf(
        records.Take({piece.data(), static_cast<std::size_t>(got)}, nullptr));
  }

  Arrival TakeIn() {
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

  static Arrival ArrivalOf(RequestRecords::State state) {
    switch (state) {
      case RequestRecords::State::kPart:
        return Arrival::kPart;
      case RequestRecords::State::kWhole:
        return Arrival::kWhole;
      case RequestRecords::State::kNonsense:
        return Arrival::kGone;
    }
    return Arrival::kGone;
  }

  // A file in memory that reads as the request: libfcgi wants a descriptor.
  static int MemoryOf(std::string_view bytes) {
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

  int fd_;
  FCGX_Request request_{};
  bool kept_ = false;
  // Of a request that came in pieces.
  std::optional<RequestRecords> partial_;
  std::string gathered_;
};

namespace {

constexpr int kAcceptAtOnce = 64;
constexpr int kEventsAtOnce = 8;
constexpr Millis kArrivalLimit{30'000};  // for a request to come whole
constexpr Millis kLookForLate{1'000};
constexpr timeval kReadLimit = {5, 0};  // libfcgi reads only what is there
constexpr timeval kWriteLimit = {5, 0};

void Watch(int epoll, int operation, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  ::epoll_ctl(epoll, operation, fd, &event);
}

void Signal(const UniqueFd& event) {
  const std::uint64_t one = 1;
  (void)!::write(event.get(), &one, sizeof(one));
}

// Descriptors are numbered from the lowest that is free: so many are above all
// that `connections` and the rest of the program need.
std::size_t DescriptorsFor(int connections) {
  constexpr std::size_t kForTheRest = 1024;
  return static_cast<std::size_t>(connections) + kForTheRest;
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
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
  static constexpr std::array<std::string_view, 9> kNames = {
      "REQUEST_METHOD", "SCRIPT_NAME",  "PATH_INFO",
      "REQUEST_URI",    "QUERY_STRING", "CONTENT_TYPE",
      "CONTENT_LENGTH", "REMOTE_ADDR",  "HTTP_AUTHORIZATION"};
  std::array<std::string_view, kNames.size()> values_{};
};

}  // namespace

FastCgiServer::FastCgiServer(Options options, std::vector<UniqueFd> listeners)
    : options_(options),
      listeners_(std::move(listeners)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      answers_ready_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      idle_(DescriptorsFor(options.max_connections)) {
  RaiseDescriptorLimit();
}

FastCgiServer::~FastCgiServer() { Stop(Millis(0)); }

Result<void> FastCgiServer::Start(const HandlerFactory& make_handler) {
  if (FCGX_Init() != 0)
    return Fail(ErrorKind::kInternal, "libfcgi can't start");
  for (const UniqueFd& listener : listeners_) {
    Watch(epoll_.get(), EPOLL_CTL_ADD, listener.get(), EPOLLIN | EPOLLONESHOT);
  }
  // Edge-triggered: one signal wakes one worker.
  Watch(epoll_.get(), EPOLL_CTL_ADD, answers_ready_.get(), EPOLLIN | EPOLLET);
  Watch(epoll_.get(), EPOLL_CTL_ADD, stop_.get(), EPOLLIN);
  for (int i = 0; i < options_.workers; ++i) {
    workers_.emplace_back([this, handler = make_handler()] { Work(handler); });
  }
  return {};
}

void FastCgiServer::Work(const Handler& handler) {
  std::array<epoll_event, kEventsAtOnce> events;
  for (;;) {
    const int patience =
        any_partial_ ? static_cast<int>(kLookForLate.count()) : -1;
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), kEventsAtOnce, patience);
    if (any_partial_) CloseLate();
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      const bool listener = std::ranges::any_of(
          listeners_, [&](const UniqueFd& one) { return one.get() == fd; });
      if (fd == stop_.get()) return;
      if (fd == answers_ready_.get()) {
        SendAnswers();
      } else if (listener) {
        AcceptSome(fd);
      } else {
        Serve(fd, handler);
      }
    }
  }
}

void FastCgiServer::AcceptSome(int listener) {
  for (int i = 0; i < kAcceptAtOnce && !stopping_; ++i) {
    if (connections_ >= options_.max_connections) {
      full_ = true;  // Close() goes on listening
      if (connections_ >= options_.max_connections) return;
      full_ = false;
    }
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EMFILE || errno == ENFILE) {
        full_ = true;
        return;
      }
      break;
    }
    if (static_cast<std::size_t>(fd) >= idle_.size()) {
      ::close(fd);
      break;
    }
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &kReadLimit, sizeof(kReadLimit));
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kWriteLimit,
                 sizeof(kWriteLimit));
    ++connections_;
    idle_[static_cast<std::size_t>(fd)] =
        std::make_unique<FastCgiConnection>(fd);
    Watch(epoll_.get(), EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLONESHOT);
  }
  if (!stopping_) {
    Watch(epoll_.get(), EPOLL_CTL_MOD, listener, EPOLLIN | EPOLLONESHOT);
  }
}

void FastCgiServer::ResumeListening() {
  for (const UniqueFd& listener : listeners_) {
    if (!stopping_) {
      Watch(epoll_.get(), EPOLL_CTL_MOD, listener.get(),
            EPOLLIN | EPOLLONESHOT);
    }
  }
}

void FastCgiServer::Close(std::unique_ptr<FastCgiConnection> connection) {
  connection.reset();
  --connections_;
  if (full_.exchange(false)) ResumeListening();
}

// The descriptor must be out of idle_ before libfcgi reads from it: it may
// close it, and another worker may be given the same number at once.
void FastCgiServer::Serve(int fd, const Handler& handler) {
  auto connection = std::move(idle_[static_cast<std::size_t>(fd)]);
  if (!connection) return;
  ++under_way_;  // before the look at stopping_, so that Stop() waits for it
  if (stopping_) {
    ::close(fd);
    Close(std::move(connection));
    return RequestEnded();
  }
  const bool was_partial = connection->partial();
  const auto arrival = connection->Gather(options_.max_body);
  if (arrival == FastCgiConnection::Arrival::kPart) {
    AwaitRest(std::move(connection), was_partial);
    return RequestEnded();
  }
  if (was_partial) ForgetPartial(fd);
  if (arrival == FastCgiConnection::Arrival::kGone) {
    ::close(fd);
    Close(std::move(connection));
    return RequestEnded();
  }
  if (!connection->Accept()) {
    Close(std::move(connection));
    return RequestEnded();
  }
  const Request request = ReadRequest(connection.get());
  FastCgiConnection* borrowed = connection.release();
  if (const auto response = handler(request, borrowed)) {
    Send(borrowed, *response);
  }
}

// A request in pieces holds a descriptor and memory, and no thread; and both
// not for ever.
void FastCgiServer::AwaitRest(std::unique_ptr<FastCgiConnection> connection,
                              bool was_partial) {
  const int fd = connection->fd();
  if (!was_partial) {
    const std::lock_guard lock(partial_mutex_);
    partial_[fd] = std::chrono::steady_clock::now() + kArrivalLimit;
    any_partial_ = true;
  }
  idle_[static_cast<std::size_t>(fd)] = std::move(connection);
  Watch(epoll_.get(), EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT);
}

void FastCgiServer::ForgetPartial(int fd) {
  const std::lock_guard lock(partial_mutex_);
  partial_.erase(fd);
  any_partial_ = !partial_.empty();
}

// They are shut down, and closed by the worker that epoll then gives them to.
void FastCgiServer::CloseLate() {
  const MonoTime now = std::chrono::steady_clock::now();
  const std::lock_guard lock(partial_mutex_);
  for (const auto& [fd, deadline] : partial_) {
    if (now >= deadline) ::shutdown(fd, SHUT_RDWR);
  }
}

Request FastCgiServer::ReadRequest(FastCgiConnection* connection) {
  FCGX_Request& fcgi = connection->request();
  const Variables variables(fcgi.envp);
  Request request = RequestFromVariables(variables);
  ReadBody(
      variables("CONTENT_LENGTH"), options_.max_body,
      [&](char* buffer, std::size_t size) {
        const int got = FCGX_GetStr(buffer, static_cast<int>(size), fcgi.in);
        return static_cast<std::size_t>(std::max(got, 0));
      },
      &request);
  // The record that ends the body must be gone before the next request; what
  // is left of one that is too large ends the connection instead.
  char rest;
  if (request.body_state != Request::BodyState::kWhole ||
      FCGX_GetStr(&rest, 1, fcgi.in) > 0) {
    connection->DontKeep();
  }
  connection->ReadingDone();
  return request;
}

void FastCgiServer::Send(FastCgiConnection* borrowed,
                         const Response& response) {
  std::unique_ptr<FastCgiConnection> connection(borrowed);
  const int fd = connection->fd();
  const std::string text = FormatCgi(response);
  FCGX_PutStr(text.data(), static_cast<int>(text.size()),
              connection->request().out);
  const bool open = connection->Finish();
  if (open && connection->kept() && !stopping_) {
    idle_[static_cast<std::size_t>(fd)] = std::move(connection);
    Watch(epoll_.get(), EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT);
  } else {
    if (open) ::close(fd);
    Close(std::move(connection));
  }
  RequestEnded();
}

void FastCgiServer::RequestEnded() {
  if (--under_way_ == 0 && stopping_) {
    const std::lock_guard lock(finished_mutex_);
    finished_.notify_all();
  }
}

void FastCgiServer::SendLater(std::vector<Answer> answers) {
  {
    const std::lock_guard lock(answers_mutex_);
    if (answers_.empty()) {
      answers_ = std::move(answers);
    } else {
      std::ranges::move(answers, std::back_inserter(answers_));
    }
  }
  Signal(answers_ready_);
}

void FastCgiServer::SendAnswers() {
  std::uint64_t count = 0;
  (void)!::read(answers_ready_.get(), &count, sizeof(count));
  std::vector<Answer> answers;
  {
    const std::lock_guard lock(answers_mutex_);
    answers.swap(answers_);
  }
  for (const Answer& answer : answers) Send(answer.connection, answer.response);
}

bool FastCgiServer::Stop(Millis limit) {
  if (workers_.empty()) return true;
  stopping_ = true;
  for (const UniqueFd& listener : listeners_) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener.get(), nullptr);
  }
  bool finished = false;
  {
    std::unique_lock lock(finished_mutex_);
    finished = finished_.wait_for(lock, limit, [&] { return under_way_ == 0; });
  }
  Signal(stop_);
  for (auto& worker : workers_) worker.join();
  workers_.clear();
  for (auto& connection : idle_) {
    if (connection) ::close(connection->fd());
    connection.reset();
  }
  return finished;
}

}  // namespace smsweb
