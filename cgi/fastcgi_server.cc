#include "cgi/fastcgi_server.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

#include "cgi/fastcgi_connection.h"

namespace smsweb {

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

}  // namespace

FastCgiServer::FastCgiServer(Options options, std::vector<UniqueFd> listeners)
    : options_(std::move(options)),
      listeners_(std::move(listeners)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      answers_ready_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      idle_(DescriptorsFor(options_.max_connections)) {
  RaiseDescriptorLimit();
}

FastCgiServer::~FastCgiServer() { Stop(Millis(0)); }

Result<void> FastCgiServer::Start(const HandlerFactory& make_handler) {
  if (!FastCgiConnection::StartLibrary())
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
        std::make_unique<FastCgiConnection>(fd, options_.bodies);
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
  const auto arrival = connection->Gather();
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
  const auto request = connection->Read();
  if (!request) {
    Close(std::move(connection));
    return RequestEnded();
  }
  FastCgiConnection* borrowed = connection.release();
  if (const auto response = handler(*request, borrowed)) {
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

void FastCgiServer::Send(FastCgiConnection* borrowed,
                         const Response& response) {
  std::unique_ptr<FastCgiConnection> connection(borrowed);
  const int fd = connection->fd();
  const bool open = connection->Answer(response);
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
