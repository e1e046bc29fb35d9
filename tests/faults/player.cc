#include "faults/player.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/pdu/segment.h"
#include "insert.h"

namespace smsweb::faults {
namespace {

constexpr const char* kRecipient = "+6289610707901";
constexpr const char* kClosingRecipient = "+6289610707999";
constexpr Millis kUntilRestart{1000};

[[noreturn]] void Wrong(std::string what) { throw Failure{std::move(what)}; }

void Require(bool condition, const std::string& what) {
  if (!condition) Wrong(what);
}

Millis Time(const std::string& text) {
  const auto time = ParseTime(text);
  if (!time) Wrong(time.error().message);
  return *time;
}

int Number(std::string_view text) {
  int number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc() || end != last) {
    Wrong(fmt::format("not a number: {}", text));
  }
  return number;
}

Recorded ParseRecorded(const std::string& word) {
  static const std::map<std::string, Recorded> kNames = {
      {"anything", Recorded::kAnything}, {"intent", Recorded::kIntent},
      {"result", Recorded::kResult},     {"change", Recorded::kChange},
      {"inbound", Recorded::kInbound},   {"report", Recorded::kReport}};
  const auto found = kNames.find(word);
  if (found == kNames.end()) Wrong("nothing that is recorded: " + word);
  return found->second;
}

std::string Replaced(std::string text, char from, const std::string& to) {
  const auto at = text.find(from);
  return at == text.npos ? text : text.replace(at, 1, to);
}

}  // namespace

Player::Player(const Scenario& scenario, Delivery delivery, std::uint32_t seed)
    : scenario_(scenario), world_(scenario, delivery, seed) {}

std::optional<std::string> Player::Play() {
  const auto fail = [&](const std::string& where, const Failure& failure) {
    return fmt::format("{}\n  {}\n{}\n{}", where, failure.what,
                       world_.trace.Show(), world_.Log());
  };
  for (const Step& step : scenario_.steps) {
    try {
      if (step.words.empty()) continue;
      const bool looks = step.words[0] == "expect";
      const Millis now = world_.SinceStart();
      if (looks || step.at > now) world_.AdvanceTo(std::max(step.at, now));
      Do(step.words);
    } catch (const Failure& failure) {
      return fail(
          fmt::format("{}.txt:{}: {}", scenario_.name, step.line, step.source),
          failure);
    }
  }
  try {
    CheckRules();
    CheckModemsWork();
    CheckReceived();
    CheckMessages();
    CheckPins();
    CheckSecrets();
  } catch (const Failure& failure) {
    return fail(scenario_.name + ".txt, in the end:", failure);
  }
  return std::nullopt;
}

// ---- Steps

void Player::Do(const Words& words) {
  using Verb = void (Player::*)(const Words&);
  static const std::map<std::string, Verb> kVerbs = {
      {"hang-up", &Player::HangUp},  {"send", &Player::Send},
      {"kill", &Player::Kill},       {"stop", &Player::Stop},
      {"store", &Player::FailStore}, {"pin", &Player::ChangePin},
      {"ussd", &Player::AskUssd},    {"give-up", &Player::GiveUp},
      {"expect", &Player::Expect},
  };
  const auto found = kVerbs.find(words[0]);
  if (found == kVerbs.end()) Wrong("no such step");
  (this->*found->second)({words.begin() + 1, words.end()});
}

void Player::Send(const Words& words) {
  Require(words.size() >= 2, "send NUMBER TEXT ...");
  for (const int number : Numbers(words[0])) SendOne(number, words);
  const bool unheard = std::ranges::find(words, "unheard") != words.end();
  if (world_.spooler && !unheard) world_.spooler->BellRang();
}

void Player::SendOne(int number, const Words& words) {
  NewMessage message;
  const WallTime now = world_.clock.Wall();
  message.id = MakeUuidV7(now, world_.random);
  message.recipient = kRecipient;
  message.text = Replaced(words[1], '#', std::to_string(number));
  message.created_at = message.not_before = now;
  message.report = world_.config.message.report;
  std::optional<Millis> life;
  bool refused = false;
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (words[i] == "report") {
      message.report = true;
      continue;
    }
    if (words[i] == "unheard") continue;
    if (words[i] == "refused") {
      refused = true;
      continue;
    }
    Require(i + 1 < words.size(), "nothing behind " + words[i]);
    const std::string& value = words[i + 1];
    if (words[i] == "class") {
      const auto parsed = ParseMessageClass(value);
      Require(parsed.has_value(), "no such class");
      message.message_class = *parsed;
    } else if (words[i] == "to") {
      message.recipient = value;
    } else if (words[i] == "ttl") {
      life = Time(value);
    } else if (words[i] == "after") {
      message.not_before = now + Time(value);
    } else {
      Wrong("send what? " + words[i]);
    }
    ++i;
  }
  const MessageConfig& config = world_.config.message;
  const Millis lives[] = {config.otp_ttl, config.transactional_ttl,
                          config.bulk_ttl};
  message.expires_at =
      message.not_before +
      life.value_or(lives[static_cast<int>(message.message_class)]);
  message.parts =
      static_cast<int>(SegmentText(message.text).value().parts.size());
  for (const auto& [other, sent] : sent_) {
    Require(other != number && sent.text != message.text,
            "its number or its text is another's");
  }
  const auto inserted = InsertAll(*world_.store, {&message, 1});
  Require(inserted.has_value(), "it can't be stored");
  Require(inserted->empty() != refused, refused ? "it is taken" : "it is not");
  if (refused) return;
  sent_[number] = {
      .id = message.id, .text = message.text, .expected = {}, .copies = {}};
}

// kill [for TIME] [before|after WHAT | as-pdu-leaves]
void Player::Kill(const Words& words) {
  Millis away = kUntilRestart;
  std::size_t next = 0;
  if (words.size() > 1 && words[0] == "for") {
    away = Time(words[1]);
    next = 2;
  }
  world_.away_after_kill = away;
  if (next == words.size()) return world_.Kill(away);
  if (words[next] == "as-pdu-leaves") return world_.KillAsPduLeaves(away);
  Require(next + 2 <= words.size(), "kill before|after WHAT [N]");
  auto& when = words[next] == "before" ? world_.store->kill_before
                                       : world_.store->kill_after;
  when = {.what = ParseRecorded(words[next + 1]),
          .countdown = next + 2 < words.size() ? Number(words[next + 2]) : 1};
}

// hang-up MODEM BYTES
void Player::HangUp(const Words& words) {
  Require(words.size() == 2, "hang-up MODEM BYTES");
  for (const auto& port : world_.ports()) {
    if (port->name() == words[0]) port->hangs_up_after = Number(words[1]);
  }
}

void Player::Stop(const Words& words) {
  world_.Stop(words.size() == 2 ? Time(words[1]) : kUntilRestart);
}

// store fails [WHAT] | store works
void Player::FailStore(const Words& words) {
  Require(!words.empty(), "store fails [WHAT], or works");
  world_.store->fails.reset();
  if (words[0] == "works") return;
  world_.store->fails =
      words.size() > 1 ? ParseRecorded(words[1]) : Recorded::kAnything;
}

// pin MODEM DIGITS: the operator writes it into the configuration.
void Player::ChangePin(const Words& words) {
  Require(words.size() == 2, "pin MODEM DIGITS");
  for (ModemConfig& modem : world_.config.modems) {
    if (modem.name == words[0]) modem.pin = words[1];
  }
  world_.config.modified_at = world_.clock.Wall();
}

void Player::AskUssd(const Words& words) {
  Require(words.size() == 2, "ussd MODEM CODE");
  ModemRequest request;
  request.modem = words[0];
  request.kind = "ussd";
  request.expires_at = world_.clock.Wall() + Millis(60'000);
  request.argument = words[1];
  request.created_at = world_.clock.Wall();
  const auto added = world_.store->AddRequest(request);
  if (!added) Wrong(added.error().message);
  ussd_[words[0]] = *added;
  if (world_.spooler) world_.spooler->BellRang();
}

void Player::GiveUp(const Words& words) {
  given_up_.insert(words.begin(), words.end());
}

// ---- Expectations

void Player::Expect(const Words& words) {
  using Verb = void (Player::*)(const Words&);
  static const std::map<std::string, Verb> kVerbs = {
      {"message", &Player::ExpectMessage},
      {"phone", &Player::ExpectPhone},
      {"modem", &Player::ExpectModem},
      {"recovery", &Player::ExpectRecovery},
      {"inbox", &Player::ExpectInbox},
      {"sim", &Player::ExpectSim},
      {"wrote", &Player::ExpectWrote},
      {"log", &Player::ExpectLog},
      {"no-log", &Player::ExpectNoLog},
      {"opt-out", &Player::ExpectOptOut},
      {"ussd", &Player::ExpectUssd},
  };
  const auto found = words.empty() ? kVerbs.end() : kVerbs.find(words[0]);
  if (found == kVerbs.end()) Wrong("nothing that can be expected");
  (this->*found->second)({words.begin() + 1, words.end()});
}

// message NUMBERS STATE[|STATE]... | NUMBERS error TEXT | attempts COUNT
// | through MODEM
void Player::ExpectMessage(const Words& words) {
  Require(words.size() >= 2, "expect message NUMBERS ...");
  for (const int number : Numbers(words[0])) {
    Sent& sent = Find(number);
    const Message message = Look(sent);
    if (words.size() == 2) {
      ExpectState(sent, words[1]);
    } else if (words[1] == "error") {
      Require(message.error.find(words[2]) != std::string::npos,
              "its error is: " + message.error);
    } else if (words[1] == "attempts") {
      Compare(message.attempts, ParseCount(words[2]), "attempts");
    } else if (words[1] == "through") {
      Require(message.modem == words[2], "it went through " + message.modem);
    } else {
      Wrong("nothing that can be expected of a message");
    }
  }
}

void Player::ExpectState(Sent& sent, const std::string& states) {
  sent.expected.clear();
  for (std::size_t begin = 0; begin <= states.size();) {
    const auto end = std::min(states.find('|', begin), states.size());
    const std::string state = states.substr(begin, end - begin);
    Require(ParseMessageState(state).has_value(), "no such state: " + state);
    sent.expected.insert(state);
    begin = end + 1;
  }
  const Message message = Look(sent);
  Require(sent.expected.contains(std::string(ToString(message.state))),
          fmt::format("it is {} ({})", ToString(message.state), message.error));
}

// phone COUNT of NUMBER | COUNT of TEXT | COUNT messages | COUNT parts
// | order NUMBER NUMBER...
void Player::ExpectPhone(const Words& words) {
  Require(words.size() >= 2, "expect phone COUNT of NUMBER");
  if (words[0] == "order") {
    std::vector<std::string> expected;
    for (std::size_t i = 1; i < words.size(); ++i) {
      expected.push_back(Find(Number(words[i])).text);
    }
    std::vector<std::string> found;
    for (const Arrival& arrival : world_.phones.messages) {
      found.push_back(arrival.text);
    }
    return Require(found == expected,
                   fmt::format("they came as {}", fmt::join(found, ", ")));
  }
  const Count count = ParseCount(words[0]);
  if (words[1] == "messages") {
    return Compare(static_cast<int>(world_.phones.messages.size()), count,
                   "messages");
  }
  if (words[1] == "parts") {
    return Compare(static_cast<int>(world_.phones.parts.size()), count,
                   "parts");
  }
  Require(words.size() == 3 && words[1] == "of", "expect phone COUNT of ...");
  for (const int number : Numbers(words[2])) {
    Sent& sent = Find(number);
    sent.copies = count;
    Compare(CountAtPhone(sent.text), count, "copies");
  }
}

// modem NAME STATE | NAME detail TEXT | NAME info TEXT
void Player::ExpectModem(const Words& words) {
  Require(words.size() >= 2, "expect modem NAME STATE");
  const ModemStatus status = Status(words[0]);
  if (words.size() == 2) {
    return Require(
        status.state == words[1],
        fmt::format("it is \"{}\" ({})", status.state, status.detail));
  }
  const std::string& found = words[1] == "info" ? status.info : status.detail;
  Require(found.find(words[2]) != found.npos, "it says: " + found);
}

// recovery MODEM STEP COUNT
void Player::ExpectRecovery(const Words& words) {
  Require(words.size() == 3, "expect recovery MODEM STEP COUNT");
  const std::string info = Status(words[0]).info;
  const auto json = nlohmann::json::parse(info, nullptr, false);
  const auto steps = json.is_object() ? json.find("recoveries") : json.end();
  Require(steps != json.end() && steps->contains(words[1]),
          "it says nothing of this step: " + info);
  Compare((*steps)[words[1]].get<int>(), ParseCount(words[2]), words[1]);
}

// inbox COUNT [of TEXT] [from NUMBER] [port N] [parts N/M] [encoding NAME]
void Player::ExpectInbox(const Words& words) {
  Require(words.size() % 2 == 1, "expect inbox COUNT ...");
  const int found = CountInbox({words.begin() + 1, words.end()});
  const auto inbox = world_.store->Inbox({.limit = 100});
  std::vector<std::string> texts;
  for (const InboundMessage& message : *inbox) texts.push_back(message.text);
  Compare(found, ParseCount(words[0]),
          fmt::format("in [{}]", fmt::join(texts, " | ")));
  if (words.size() == 1) inbox_ = found;
}

int Player::CountInbox(const Words& words) const {
  const auto inbox = world_.store->Inbox({.limit = 1000});
  if (!inbox) Wrong(inbox.error().message);
  const auto fits = [&](const InboundMessage& message) {
    const std::map<std::string, std::string> found = {
        {"of", message.text},
        {"from", message.sender},
        {"port", std::to_string(message.port)},
        {"parts", fmt::format("{}/{}", message.parts_received, message.parts)},
        {"encoding", message.coding},
        {"through", message.modem}};
    for (std::size_t i = 0; i < words.size(); i += 2) {
      const auto entry = found.find(words[i]);
      if (entry == found.end()) Wrong("nothing of a message: " + words[i]);
      if (entry->second != words[i + 1]) return false;
    }
    return true;
  };
  return static_cast<int>(std::ranges::count_if(*inbox, fits));
}

// sim MODEM MEMORY COUNT
void Player::ExpectSim(const Words& words) {
  Require(words.size() == 3, "expect sim MODEM MEMORY COUNT");
  const auto memory = sim::MemoryNamed(words[1]);
  Require(memory.has_value(), "no such memory");
  const Count count = ParseCount(words[2]);
  sims_[{words[0], *memory}] = count;
  for (const auto& port : world_.ports()) {
    if (port->name() != words[0]) continue;
    Compare(port->Stored(*memory), count, "in " + words[1]);
  }
}

// wrote MODEM COUNT of TEXT
void Player::ExpectWrote(const Words& words) {
  Require(words.size() == 4, "expect wrote MODEM COUNT of TEXT");
  if (words[3].starts_with("AT+CPIN=")) pins_expected_.insert(words[0]);
  Compare(world_.trace.Written(words[0], words[3]), ParseCount(words[1]),
          "lines");
}

void Player::ExpectLog(const Words& words) {
  Require(world_.Log().find(words.at(0)) != std::string::npos,
          "the log does not say so");
}

void Player::ExpectNoLog(const Words& words) {
  Require(world_.Log().find(words.at(0)) == std::string::npos,
          "the log says so");
}

// opt-out NUMBER yes|no
void Player::ExpectOptOut(const Words& words) {
  Require(words.size() == 2, "expect opt-out NUMBER yes|no");
  const auto found = world_.store->FindOptOut(words[0]);
  if (!found) Wrong(found.error().message);
  Require(found->has_value() == (words[1] == "yes"), "it is not so");
}

// ussd MODEM [failed] TEXT
void Player::ExpectUssd(const Words& words) {
  const bool failed = words.size() == 3 && words[1] == "failed";
  Require(words.size() == 2 || failed, "expect ussd MODEM [failed] TEXT");
  const auto request = world_.store->FindRequest(ussd_[words[0]]);
  if (!request) Wrong(request.error().message);
  Require(request->finished, "it is not finished");
  Require(request->failed == failed &&
              request->answer.find(words.back()) != std::string::npos,
          fmt::format("{}: {}", request->failed ? "it failed" : "it answers",
                      request->answer));
}

// ---- In the end

bool Player::Works(const std::string& modem) const {
  return given_up_.contains(modem) ||
         Status(modem).state == ToString(ModemState::kReady);
}

bool Player::AllWork() const {
  return world_.spooler &&
         std::ranges::all_of(scenario_.modems,
                             [&](const auto& name) { return Works(name); });
}

void Player::CheckRules() const {
  const auto unused = world_.UnusedRules();
  Require(unused.empty(),
          fmt::format("this never happened: {}", fmt::join(unused, ", ")));
  Require(AllHappened(), "a fault has not happened");
}

bool Player::AllHappened() const {
  return !world_.store->kill_before && !world_.store->kill_after &&
         std::ranges::none_of(world_.ports(), [](const auto& port) {
           return port->on_pdu || port->hangs_up_after;
         });
}

void Player::CheckModemsWork() {
  constexpr Millis kStep{5'000};
  constexpr int kSteps = 360;  // half an hour
  for (int i = 0; i < kSteps && !AllWork(); ++i) {
    world_.AdvanceTo(world_.SinceStart() + kStep);
  }
  for (const std::string& name : scenario_.modems) {
    const ModemStatus status = Status(name);
    Require(Works(name), fmt::format("modem {} does not work again: {} ({})",
                                     name, status.state, status.detail));
  }
  if (given_up_.size() == scenario_.modems.size()) return;
  constexpr int kClosing = 1'000'000;
  const auto last = kClosing + static_cast<int>(scenario_.modems.size());
  Send({fmt::format("{}-{}", kClosing + 1, last), "closing #", "to",
        kClosingRecipient});
  const auto all_sent = [&] {
    for (int number = kClosing + 1; number <= last; ++number) {
      if (Look(sent_[number]).state != MessageState::kSent) return false;
    }
    return true;
  };
  for (int i = 0; i < kSteps && !all_sent(); ++i) {
    world_.AdvanceTo(world_.SinceStart() + kStep);
  }
  for (int number = kClosing + 1; number <= last; ++number) {
    ExpectState(sent_[number], "sent|delivered");
  }
}

// What was expected last is so in the end; else a SIM holds nothing.
void Player::CheckReceived() {
  using enum sim::Memory::Name;
  for (const auto& port : world_.ports()) {
    if (given_up_.contains(port->name())) continue;
    for (const auto memory : {kSim, kDevice, kReports}) {
      const auto expected = sims_.find({port->name(), memory});
      Compare(port->Stored(memory),
              expected == sims_.end() ? Count{} : expected->second,
              fmt::format("left in {} of {}", ToString(memory), port->name()));
    }
  }
  Compare(CountInbox({}),
          {.least = inbox_.value_or(0), .most = inbox_.value_or(0)},
          "in the inbox, in the end");
}

void Player::CheckMessages() {
  for (const auto& [number, sent] : sent_) {
    Require(!sent.expected.empty(),
            fmt::format("it does not say what becomes of message {}", number));
    const MessageState state = Look(sent).state;
    Require(sent.expected.contains(std::string(ToString(state))),
            fmt::format("message {} became {}", number, ToString(state)));
    CheckCopies(sent, state);
  }
}

void Player::CheckCopies(const Sent& sent, MessageState state) const {
  Count count{.least = 0, .most = 0};
  switch (state) {
    case MessageState::kSent:
    case MessageState::kDelivered:
    case MessageState::kUndelivered:
      count = {.least = 1, .most = 1};
      break;
    case MessageState::kUnknown:
    case MessageState::kSending:
      count = {.least = 0, .most = 1};
      break;
    default:
      break;
  }
  Compare(CountAtPhone(sent.text), sent.copies.value_or(count),
          fmt::format("copies of a message that is {}", ToString(state)));
}

void Player::CheckPins() const {
  for (const std::string& name : scenario_.modems) {
    if (pins_expected_.contains(name)) continue;
    Compare(world_.trace.Written(name, "AT+CPIN="), {.least = 0, .most = 1},
            "PINs given to " + name);
  }
}

void Player::CheckSecrets() const {
  constexpr std::size_t kTellsNothing = 8;  // shorter may be there by chance
  std::string told = world_.Log() + world_.wire_trace;
  for (const std::string& name : scenario_.modems) {
    const ModemStatus status = Status(name);
    told += status.detail + '\n' + status.info + '\n';
  }
  const auto check = [&](const std::string& secret) {
    Require(secret.size() < kTellsNothing || told.find(secret) == told.npos,
            "this was told: " + secret);
  };
  for (const auto& [number, sent] : sent_) check(sent.text);
  for (const ModemConfig& modem : world_.config.modems) check(modem.pin);
}

// ---- Looking

std::vector<int> Player::Numbers(const std::string& text) {
  const auto dash = text.find('-');
  if (dash == text.npos) return {Number(text)};
  std::vector<int> numbers;
  const int last = Number(text.substr(dash + 1));
  for (int i = Number(text.substr(0, dash)); i <= last; ++i) {
    numbers.push_back(i);
  }
  return numbers;
}

Player::Count Player::ParseCount(const std::string& text) {
  if (text.ends_with('+')) {
    return {.least = Number(text.substr(0, text.size() - 1)), .most = 1 << 30};
  }
  const auto dash = text.find('-');
  if (dash == text.npos) return {.least = Number(text), .most = Number(text)};
  return {.least = Number(text.substr(0, dash)),
          .most = Number(text.substr(dash + 1))};
}

void Player::Compare(int found, const Count& count, const std::string& what) {
  if (found >= count.least && found <= count.most) return;
  Wrong(fmt::format("{}: there are {}", what, found));
}

Player::Sent& Player::Find(int number) {
  const auto found = sent_.find(number);
  if (found == sent_.end()) Wrong(fmt::format("no message {}", number));
  return found->second;
}

Message Player::Look(const Sent& sent) const {
  auto message = world_.store->Find(sent.id);
  if (!message) Wrong(message.error().message);
  return std::move(*message);
}

ModemStatus Player::Status(const std::string& modem) const {
  const auto modems = world_.store->Modems();
  if (!modems) Wrong(modems.error().message);
  const auto found = std::ranges::find(*modems, modem, &ModemStatus::name);
  return found == modems->end() ? ModemStatus{} : *found;
}

int Player::CountAtPhone(const std::string& text) const {
  return static_cast<int>(
      std::ranges::count(world_.phones.messages, text, &Arrival::text));
}

}  // namespace smsweb::faults
