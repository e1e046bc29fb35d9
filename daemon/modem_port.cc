#include "daemon/modem_port.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

namespace smsweb {
namespace {

constexpr Millis kFirstPause{500};
constexpr Millis kLongestPause{30'000};
// A line that never falls silent must not keep the others waiting: what is left
// is read in the next turn.
constexpr int kReadsAtOnce = 16;
// Far more than any command or PDU: a modem that takes this long to read its
// line, and still makes us write, is not listening.
constexpr std::size_t kMostUnwritten = 65'536;

ModemSettings SettingsOf(const ModemConfig& config,
                         const PortContext& context) {
  return {.pin = config.pin,
          .pin_withheld = config.pin_withheld,
          .roaming = config.roaming,
          .smsc = config.smsc,
          .imei = config.imei,
          .profile = config.profile,
          .profiles = context.profiles,
          .keep_alive = config.keep_alive,
          .prompt_timeout = config.prompt_timeout,
          .submit_timeout = config.submit_timeout};
}

SerialSettings SerialOf(const ModemConfig& config) {
  using enum SerialSettings::FlowControl;
  return {.baud = config.baud,
          .flow_control = config.flow_control == "rtscts" ? kRtsCts : kNone};
}

}  // namespace

ModemPort::ModemPort(const ModemConfig& config, PortContext context,
                     const Logger& log)
    : config_(config),
      context_(std::move(context)),
      log_(log),
      modem_(SettingsOf(config_, context_)),
      device_(config_.device),
      pause_(kFirstPause) {
  const bool may_move =
      !config_.imei.empty() && !config_.device.starts_with("tcp:");
  if (!may_move || !context_.list) return;
  finder_ = std::make_unique<PortFinder>(
      PortFinder::Wanted{.modem = config_.name,
                         .imei = config_.imei,
                         .settings = SerialOf(config_)},
      context_.open, context_.list, context_.in_use, log_);
}

ModemPort::~ModemPort() {
  if (line_) context_.in_use->Free(device_);
}

void ModemPort::Service(bool readable, MonoTime now) {
  if (Searching()) Search(std::exchange(readable, false), now);
  if (!line_ && !Searching() && (!open_at_ || now >= *open_at_)) TryOpen(now);
  if (line_ && readable) ReadAll(now);
  if (const auto deadline = modem_.Deadline(); deadline && now >= *deadline) {
    modem_.DeadlineReached(now);
  }
  Flush(now);
}

void ModemPort::Search(bool readable, MonoTime now) {
  finder_->Service(readable, now);
  if (auto found = finder_->TakeFound()) {
    device_ = std::move(*found);
    open_at_.reset();
  }
}

void ModemPort::LookElsewhere(MonoTime now, const std::string& except) {
  if (finder_) finder_->Start(now, except);
}

void ModemPort::TryOpen(MonoTime now) {
  auto opened = Open();
  if (!opened && device_ != config_.device) {
    device_ = config_.device;  // it may have moved back
    opened = Open();
  }
  if (opened) return;
  Lose(opened.error().message, now);
  LookElsewhere(now);
}

Result<void> ModemPort::Open() {
  if (!context_.in_use->Take(device_)) {
    return Fail(ErrorKind::kUnavailable,
                device_ + ": another of the modems is there");
  }
  auto opened = context_.open(device_, SerialOf(config_));
  if (!opened) {
    context_.in_use->Free(device_);
    return std::unexpected(opened.error());
  }
  line_ = context_.decorate
              ? context_.decorate(std::move(*opened), config_, device_)
              : std::move(*opened);
  connected_ = false;
  unwritten_.clear();
  return {};
}

void ModemPort::Lose(const std::string& why, MonoTime now) {
  const bool modem_knew_it = connected_;
  Reopen(why, now);
  if (modem_knew_it) modem_.LineClosed(now);
}

void ModemPort::Reopen(const std::string& why, MonoTime now) {
  if (why != last_error_) {
    log_.Warning(
        "modem has no line",
        {{"modem", config_.name}, {"device", device_}, {"error", why}});
    last_error_ = why;
  }
  if (line_) context_.in_use->Free(device_);
  line_.reset();
  connected_ = false;
  unwritten_.clear();
  open_at_ = now + pause_;
  pause_ = std::min(pause_ * 2, kLongestPause);
}

void ModemPort::ReadAll(MonoTime now) {
  std::array<char, 4096> buffer;
  for (int i = 0; line_ && i < kReadsAtOnce; ++i) {
    const auto got = line_->Read(buffer);
    if (!got) return Lose(got.error().message, now);
    if (*got == 0) return;
    modem_.BytesReceived({buffer.data(), *got}, now);
  }
}

void ModemPort::Flush(MonoTime now) {
  // While a TCP connection is being made, a write of nothing asks how it went.
  if (line_ && line_->Connecting()) {
    if (const auto asked = line_->Write({}); !asked) {
      return Lose(asked.error().message, now);
    }
  }
  if (line_ && !connected_ && !line_->Connecting()) {
    connected_ = true;
    modem_.LineOpened(now);
  }
  unwritten_ += modem_.TakeOutput();
  if (!line_ || unwritten_.empty()) return;
  const auto wrote = line_->Write(unwritten_);
  if (!wrote) return Lose(wrote.error().message, now);
  unwritten_.erase(0, *wrote);
  if (unwritten_.size() > kMostUnwritten) {
    Lose(device_ + ": the modem does not read what it is sent", now);
  }
}

std::vector<ModemEvent> ModemPort::TakeEvents(MonoTime now) {
  auto events = modem_.TakeEvents();
  for (const ModemEvent& event : events) {
    if (event.kind == ModemEvent::Kind::kReopenLine) {
      Reopen(event.detail, now);
      // One that stays silent may be another of the modem's own ports.
      if (++reopened_ > 1) LookElsewhere(now);
    } else if (event.kind == ModemEvent::Kind::kWrongModem) {
      Reopen(event.detail, now);
      LookElsewhere(now, device_);
    }
  }
  if (modem_.Ready()) {
    reopened_ = 0;
    pause_ = kFirstPause;
    last_error_.clear();
  }
  return events;
}

int ModemPort::fd() const {
  if (Searching()) return finder_->fd();
  return line_ ? line_->fd() : -1;
}

short ModemPort::PollEvents() const {
  if (Searching()) return finder_->PollEvents();
  const bool writes = line_ && (line_->Connecting() || !unwritten_.empty());
  return static_cast<short>(POLLIN | (writes ? POLLOUT : 0));
}

std::optional<MonoTime> ModemPort::Deadline() const {
  if (Searching()) return finder_->Deadline();
  if (!line_) return open_at_;
  return modem_.Deadline();
}

}  // namespace smsweb
