#include "daemon/courier.h"

#include <algorithm>
#include <array>
#include <utility>

namespace smsweb {
namespace {

constexpr std::size_t kMostAtOnce = 4;
constexpr Millis kStorePause{1'000};  // the queue could not be had
constexpr Millis kFarAhead = kWebhookLife * 2;

}  // namespace

Courier::Courier(const InboxConfig& config, WebhookKey key, Store& store,
                 HttpClient* http, const Clock& clock, Random& random,
                 const Logger& log)
    : config_(config),
      key_(std::move(key)),
      store_(store),
      http_(config.webhook_url.empty() ? nullptr : http),
      clock_(clock),
      random_(random),
      log_(log) {
  if (http_ != nullptr) LookAgain();
}

void Courier::Turn(std::span<const pollfd> polled) {
  if (http_ == nullptr) return;
  for (const HttpAnswer& answer : http_->Turn(polled)) Settle(answer);
  if (look_at_ && clock_.Mono() >= *look_at_) SendDue();
}

// What could not be recorded is found in the outbox again, and told again.
void Courier::Settle(const HttpAnswer& answer) {
  const auto found = under_way_.find(answer.tag);
  if (found == under_way_.end()) return;
  const OutboxItem item = found->second;
  under_way_.erase(found);
  std::array<std::uint8_t, 1> byte;
  random_.Fill(byte);
  const auto verdict =
      AfterWebhook(item, answer, clock_.Wall(), byte[0] / 255.0);
  if (Record(item, verdict)) {
    LookAgain();
  } else {
    look_at_ = clock_.Mono() + kStorePause;
  }
}

bool Courier::Record(const OutboxItem& item, const WebhookVerdict& verdict) {
  const std::string id = ToString(item.id);
  switch (verdict.next) {
    case WebhookVerdict::Next::kTaken:
      failing_ = false;
      log_.Info("webhook taken", {{"id", id}, {"tries", item.attempts + 1}});
      return store_.FinishOutbox(item.sequence).has_value();
    case WebhookVerdict::Next::kDropped:
      log_.Error("webhook given up", {{"id", id}, {"reason", verdict.reason}});
      return store_.FinishOutbox(item.sequence).has_value();
    case WebhookVerdict::Next::kRetry:
      if (!std::exchange(failing_, true)) {
        log_.Warning("webhook not taken; it is tried again",
                     {{"id", id}, {"reason", verdict.reason}});
      }
      return store_.RetryOutbox(item.sequence, verdict.due_at, verdict.reason)
          .has_value();
  }
  return false;
}

// Those under way are still in the outbox, and come with the rest.
void Courier::SendDue() {
  look_at_.reset();
  next_due_.reset();
  if (quiescing_ || under_way_.size() >= kMostAtOnce) return;
  const WallTime now = clock_.Wall();
  const auto items =
      store_.DueOutbox(now + kFarAhead, static_cast<int>(2 * kMostAtOnce));
  if (!items) {
    look_at_ = clock_.Mono() + kStorePause;
    return;
  }
  for (const OutboxItem& item : *items) {
    if (under_way_.contains(item.sequence)) continue;
    if (item.due_at > now) return LookAt(item.due_at);
    if (under_way_.size() >= kMostAtOnce) return;
    if (const auto sent = Send(item); !sent) {
      log_.Error("webhook can't be made", {{"error", sent.error().message}});
      return LookAt(now + kStorePause);
    }
  }
}

Result<void> Courier::Send(const OutboxItem& item) {
  const auto message = store_.FindInbound(item.subject);
  if (!message && message.error().kind == ErrorKind::kNotFound) {
    return store_.FinishOutbox(item.sequence);  // removed meanwhile
  }
  if (!message) return std::unexpected(message.error());
  under_way_[item.sequence] = item;
  http_->Post(
      InboundWebhook(config_.webhook_url, key_, item, *message, clock_.Wall()));
  return {};
}

void Courier::LookAt(WallTime due) {
  next_due_ = due;
  look_at_ = clock_.Mono() + (due - clock_.Wall());
}

std::vector<pollfd> Courier::PollFds() const {
  return http_ == nullptr ? std::vector<pollfd>() : http_->PollFds();
}

std::optional<MonoTime> Courier::Deadline() const {
  if (http_ == nullptr) return std::nullopt;
  const auto transfers = http_->Deadline();
  if (!look_at_ || !transfers) return look_at_ ? look_at_ : transfers;
  return std::min(*look_at_, *transfers);
}

bool Courier::BusyBefore(WallTime time) const {
  if (http_ == nullptr) return false;
  if (!under_way_.empty()) return true;
  return look_at_ && (!next_due_ || *next_due_ <= time);
}

}  // namespace smsweb
