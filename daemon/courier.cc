#include "daemon/courier.h"

#include <algorithm>
#include <array>
#include <utility>

namespace smsweb {
namespace {

constexpr int kMostOfOne = 4;  // under way, of one receiver
// Under way of all together, but for the first of each; there are no more
// receivers than callback.allow has origins.
constexpr std::size_t kMostInAll = 64;
constexpr Millis kStorePause{1'000};  // the queue could not be had
// Another program may put something in, and die before it rings.
constexpr Millis kLookAnyway{30'000};
// A receiver has failed so often that what is older than three days is over.
constexpr int kHopeless = 12;

std::string NameOf(const std::string& receiver) {
  return receiver.empty() ? "inbox.webhook_url" : receiver;
}

}  // namespace

WebhookKeys KeysOf(const Config& config) {
  return {
      ParseWebhookSecret(config.inbox.webhook_secret).value_or(WebhookKey()),
      ParseWebhookSecret(config.callback.secret).value_or(WebhookKey())};
}

bool HasReceivers(const Config& config) {
  return !config.inbox.webhook_url.empty() || !config.callback.allow.empty();
}

Courier::Courier(const Config& config, WebhookKeys keys, Store& store,
                 HttpClient* http, const Clock& clock, Random& random,
                 const Logger& log)
    : config_(config),
      keys_(std::move(keys)),
      store_(store),
      http_(HasReceivers(config) ? http : nullptr),
      clock_(clock),
      random_(random),
      log_(log) {
  LookAgain();
}

void Courier::LookAgain() {
  look_at_ = clock_.Mono();
  must_look_ = true;
}

void Courier::Turn(std::span<const pollfd> polled) {
  if (http_ == nullptr) return;
  for (const HttpAnswer& answer : http_->Turn(polled)) {
    const auto found = under_way_.find(answer.tag);
    if (found == under_way_.end()) continue;
    Settle(found->second, answer);
    LookAgain();
  }
  if (clock_.Mono() >= look_at_ && RecordTries()) SendDue();
}

void Courier::Settle(const OutboxItem& item, const HttpAnswer& answer) {
  std::array<std::uint8_t, 1> byte;
  random_.Fill(byte);
  const auto verdict =
      AfterWebhook(item, answer, clock_.Wall(), byte[0] / 255.0);
  Judge(item, verdict);
  using enum WebhookVerdict::Next;
  OutboxTry outcome{.sequence = item.sequence};
  if (verdict.next == kRetry) outcome.again_at = verdict.due_at;
  outcome.error = verdict.reason;
  tries_.push_back(std::move(outcome));
}

// What it says of the receiver.
void Courier::Judge(const OutboxItem& item, const WebhookVerdict& verdict) {
  Receiver& receiver = receivers_[item.receiver];
  const std::string id = ToString(item.id);
  const std::string name = NameOf(item.receiver);
  switch (verdict.next) {
    case WebhookVerdict::Next::kTaken:
      receiver.failures = 0;
      receiver.rests_until = {};
      log_.Info("webhook taken", {{"id", id}, {"tries", item.attempts + 1}});
      return;
    case WebhookVerdict::Next::kDropped:
      log_.Error("webhook given up",
                 {{"id", id}, {"receiver", name}, {"reason", verdict.reason}});
      break;
    case WebhookVerdict::Next::kRetry:
      if (receiver.failures > 0) break;
      log_.Warning(
          "webhook not taken; it is tried again",
          {{"id", id}, {"receiver", name}, {"reason", verdict.reason}});
      break;
  }
  ++receiver.failures;
  receiver.rests_until = clock_.Mono() + RestAfter(receiver.failures);
}

// What can't be recorded is not told again until it is: it stays under way.
bool Courier::RecordTries() {
  if (tries_.empty()) return true;
  if (const auto done = store_.RecordTries(tries_); !done) {
    StoreFailed();
    return false;
  }
  for (const OutboxTry& outcome : std::exchange(tries_, {})) {
    const auto found = under_way_.find(outcome.sequence);
    if (found == under_way_.end()) continue;
    const std::string name = std::move(found->second.receiver);
    under_way_.erase(found);
    Receiver& receiver = receivers_[name];
    --receiver.under_way;
    DropOld(name, receiver);
  }
  return true;
}

// A receiver that is gone for good would have its messages pile up: they are
// tried one at a time.
void Courier::DropOld(const std::string& name, const Receiver& receiver) {
  if (receiver.failures < kHopeless) return;
  const auto dropped = store_.DropOutbox(name, clock_.Wall() - kWebhookLife);
  if (!dropped || *dropped == 0) return;
  log_.Error("webhooks given up: the receiver has failed for three days",
             {{"receiver", NameOf(name)}, {"count", *dropped}});
}

void Courier::SendDue() {
  must_look_ = false;
  next_due_.reset();
  look_at_ = clock_.Mono() + kLookAnyway;
  if (quiescing_) return;
  const auto due = store_.OutboxReceivers();
  if (!due) return StoreFailed();
  ForgetQuiet(*due);
  for (const OutboxReceiver& receiver : *due) {
    if (!SendTo(receiver)) return StoreFailed();
  }
}

// False: the store can't be had.
bool Courier::SendTo(const OutboxReceiver& due) {
  const WallTime now = clock_.Wall();
  if (due.due_at > now) {
    LookAt(due.due_at);
    return true;
  }
  Receiver& receiver = receivers_[due.receiver];
  const auto rest =
      std::chrono::ceil<Millis>(receiver.rests_until - clock_.Mono());
  if (rest > Millis(0)) {
    LookAt(now + rest);
    return true;
  }
  if (receiver.under_way >= MostUnderWay(receiver)) return true;
  // Those under way are still in the outbox, and come with the rest.
  const auto items = store_.Outbox(due.receiver, 2 * kMostOfOne);
  if (!items) return false;
  for (const OutboxItem& item : *items) {
    if (under_way_.contains(item.sequence)) continue;
    if (item.due_at > now) {
      LookAt(item.due_at);
      break;
    }
    if (receiver.under_way >= MostUnderWay(receiver)) break;
    if (!Send(item)) return false;
  }
  return true;
}

int Courier::MostUnderWay(const Receiver& receiver) const {
  const bool one = receiver.failures > 0 || under_way_.size() >= kMostInAll;
  return one ? 1 : kMostOfOne;
}

bool Courier::Send(const OutboxItem& item) {
  auto post = PostFor(item);
  if (!post && post.error().kind == ErrorKind::kUnavailable) return false;
  under_way_[item.sequence] = item;
  ++receivers_[item.receiver].under_way;
  if (post && *post) {
    http_->Post(std::move(**post));
  } else if (post) {
    tries_.push_back({.sequence = item.sequence});
    LookAgain();
  } else {
    Settle(item, {.error = post.error().message});
    LookAgain();
  }
  return true;
}

// None: there is nothing to tell any more.
Result<std::optional<HttpPost>> Courier::PostFor(const OutboxItem& item) {
  if (!item.url.empty()) {
    const auto allowed = CheckCallbackUrl(item.url, config_.callback);
    if (!allowed) return std::unexpected(allowed.error());
    auto post = CallbackWebhook(keys_.callback, item, clock_.Wall());
    post.public_only = !config_.callback.private_addresses;
    return post;
  }
  const std::string& url = config_.inbox.webhook_url;
  if (url.empty()) {
    return Fail(ErrorKind::kInvalid, "there is no inbox.webhook_url");
  }
  const auto message = store_.FindInbound(item.subject);
  if (!message && message.error().kind == ErrorKind::kNotFound) {
    return std::nullopt;
  }
  if (!message) return std::unexpected(message.error());
  return InboundWebhook(url, keys_.inbox, item, *message, clock_.Wall());
}

void Courier::ForgetQuiet(const std::vector<OutboxReceiver>& due) {
  std::erase_if(receivers_, [&](const auto& entry) {
    const auto& [name, receiver] = entry;
    return receiver.under_way == 0 &&
           !std::ranges::binary_search(due, name, {},
                                       &OutboxReceiver::receiver);
  });
}

void Courier::LookAt(WallTime due) {
  if (next_due_ && *next_due_ <= due) return;
  next_due_ = due;
  look_at_ = std::min(look_at_, clock_.Mono() + (due - clock_.Wall()));
}

void Courier::StoreFailed() {
  must_look_ = true;
  look_at_ = clock_.Mono() + kStorePause;
}

std::vector<pollfd> Courier::PollFds() const {
  return http_ == nullptr ? std::vector<pollfd>() : http_->PollFds();
}

std::optional<MonoTime> Courier::Deadline() const {
  if (http_ == nullptr) return std::nullopt;
  return std::min(look_at_, http_->Deadline().value_or(look_at_));
}

bool Courier::BusyBefore(WallTime time) const {
  if (http_ == nullptr) return false;
  return !under_way_.empty() || must_look_ || (next_due_ && *next_due_ <= time);
}

}  // namespace smsweb
