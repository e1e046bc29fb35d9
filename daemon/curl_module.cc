// The module smsweb-http.so: an HttpClient over libcurl's multi interface,
// driven by its sockets (curl_multi_socket_action).
#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/public_address.h"
#include "common/base/version.h"
#include "daemon/http_client.h"

namespace smsweb {
namespace {

constexpr long kMostIdleConnections = 32;
constexpr Millis kConnectTimeout{5'000};

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiCleanup {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t ThrowAway(char*, std::size_t size, std::size_t count, void* read) {
  // A receiver that answers without end is cut off.
  constexpr std::size_t kMostRead = 64 * 1024;
  auto& so_far = *static_cast<std::size_t*>(read);
  so_far += size * count;
  return so_far > kMostRead ? 0 : size * count;
}

struct Transfer {
  HttpPost post;  // libcurl keeps pointers into it
  std::unique_ptr<curl_slist, ListFree> headers;
  std::unique_ptr<CURL, EasyCleanup> easy;
  std::size_t read = 0;
  bool was_private = false;  // an address that it must not connect to
};

// Called for each address of the receiver, before it is connected to.
curl_socket_t OpenPublic(void* transfer_pointer, curlsocktype,
                         curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(transfer_pointer);
  if (!IsPublicAddress(AddressText(address->addr))) {
    transfer.was_private = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);
}

// Called before a request goes out, also over a connection that another one has
// opened, who may go anywhere.
int CheckPublic(void* transfer_pointer, char* address, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(transfer_pointer);
  if (IsPublicAddress(address)) return CURL_PREREQFUNC_OK;
  transfer.was_private = true;
  return CURL_PREREQFUNC_ABORT;
}

void KeepPublic(Transfer* transfer) {
  CURL* easy = transfer->easy.get();
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &OpenPublic);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, &CheckPublic);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // whatever the environment says
}

class CurlHttpClient final : public HttpClient {
 public:
  CurlHttpClient(CURLM* multi, const Clock& clock)
      : clock_(clock), multi_(multi) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &HearSocket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &HearTimer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kMostIdleConnections);
  }

  ~CurlHttpClient() override {
    for (const auto& [easy, transfer] : transfers_) {
      curl_multi_remove_handle(multi_.get(), easy);
    }
  }

  void Post(HttpPost post) override;
  std::vector<HttpAnswer> Turn(std::span<const pollfd> polled) override;

  std::vector<pollfd> PollFds() const override {
    std::vector<pollfd> fds;
    for (const auto& [fd, events] : sockets_) {
      fds.push_back({.fd = fd, .events = events, .revents = 0});
    }
    return fds;
  }

  std::optional<MonoTime> Deadline() const override { return due_; }

 private:
  static int HearSocket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto& sockets = static_cast<CurlHttpClient*>(self)->sockets_;
    if (what == CURL_POLL_REMOVE) {
      sockets.erase(fd);
      return 0;
    }
    const bool reads = (what & CURL_POLL_IN) != 0;
    const bool writes = (what & CURL_POLL_OUT) != 0;
    sockets[fd] =
        static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
    return 0;
  }

  static int HearTimer(CURLM*, long millis, void* self) {
    auto& client = *static_cast<CurlHttpClient*>(self);
    client.due_.reset();
    if (millis >= 0) client.due_ = client.clock_.Mono() + Millis(millis);
    return 0;
  }

  void Act(curl_socket_t fd, int events) {
    int running = 0;
    curl_multi_socket_action(multi_.get(), fd, events, &running);
  }

  HttpAnswer Finish(CURL* easy, CURLcode code);

  const Clock& clock_;
  std::map<curl_socket_t, short> sockets_;
  std::map<CURL*, std::unique_ptr<Transfer>> transfers_;
  std::vector<HttpAnswer> stillborn_;
  std::optional<MonoTime> due_;
  std::unique_ptr<CURLM, MultiCleanup> multi_;  // goes first: it calls back
};

void CurlHttpClient::Post(HttpPost post) {
  auto transfer = std::make_unique<Transfer>();
  transfer->post = std::move(post);
  transfer->easy.reset(curl_easy_init());
  CURL* easy = transfer->easy.get();
  if (easy == nullptr) {
    stillborn_.push_back({.tag = transfer->post.tag, .error = "out of memory"});
    return;
  }
  for (const std::string& header : transfer->post.headers) {
    curl_slist* longer =
        curl_slist_append(transfer->headers.get(), header.c_str());
    if (longer == nullptr) continue;
    (void)transfer->headers.release();
    transfer->headers.reset(longer);
  }
  const std::string& body = transfer->post.body;
  curl_easy_setopt(easy, CURLOPT_URL, transfer->post.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A name that is still being looked up when time is over is left to its
  // thread, or the loop would wait for it.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(kHttpTimeout.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(kConnectTimeout.count()));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT,
                   (std::string("smsweb/") + kVersion).c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers.get());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &ThrowAway);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer->read);
  if (transfer->post.public_only) KeepPublic(transfer.get());
  transfers_[easy] = std::move(transfer);
  curl_multi_add_handle(multi_.get(), easy);
}

std::vector<HttpAnswer> CurlHttpClient::Turn(std::span<const pollfd> polled) {
  for (const pollfd& fd : polled) {
    if (fd.revents == 0 || !sockets_.contains(fd.fd)) continue;
    const bool readable = (fd.revents & (POLLIN | POLLHUP)) != 0;
    const bool writable = (fd.revents & POLLOUT) != 0;
    const bool broken = (fd.revents & (POLLERR | POLLNVAL)) != 0;
    Act(fd.fd, (readable ? CURL_CSELECT_IN : 0) |
                   (writable ? CURL_CSELECT_OUT : 0) |
                   (broken ? CURL_CSELECT_ERR : 0));
  }
  if (due_ && clock_.Mono() >= *due_) {
    due_.reset();
    Act(CURL_SOCKET_TIMEOUT, 0);
  }
  auto answers = std::exchange(stillborn_, {});
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    answers.push_back(Finish(message->easy_handle, message->data.result));
  }
  return answers;
}

// curl_easy_strerror, not the error buffer: that may quote the URL.
HttpAnswer CurlHttpClient::Finish(CURL* easy, CURLcode code) {
  const Transfer& transfer = *transfers_.at(easy);
  HttpAnswer answer{.tag = transfer.post.tag};
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  // Once the status is there, what goes wrong with the rest does not matter.
  if (code != CURLE_OK && status < 200) {
    answer.status = 0;
    answer.error = transfer.was_private ? "the receiver's address is private"
                                        : curl_easy_strerror(code);
  }
  curl_off_t retry_after = 0;
  curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
  answer.retry_after =
      std::chrono::seconds(std::clamp<curl_off_t>(retry_after, 0, 24 * 3600));
  curl_multi_remove_handle(multi_.get(), easy);
  transfers_.erase(easy);
  return answer;
}

}  // namespace
}  // namespace smsweb

// Null: libcurl can't be used.
extern "C" __attribute__((visibility("default"))) smsweb::HttpClient*
smsweb_make_http_client(const smsweb::Clock& clock) {
  // Before there are threads; never undone, for the process ends with it.
  static const CURLcode kReady = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = kReady == CURLE_OK ? curl_multi_init() : nullptr;
  return multi ? new smsweb::CurlHttpClient(multi, clock) : nullptr;
}
