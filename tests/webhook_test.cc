// Webhooks: what is signed, what follows from an answer, and the courier with
// an HTTP client that answers as the test says.
#include "daemon/webhook.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "catch.h"
#include "common/store/sqlite_store.h"
#include "daemon/courier.h"
#include "forwarding_store.h"
#include "insert.h"
#include "temp_folder.h"

namespace smsweb {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using Next = WebhookVerdict::Next;

constexpr WallTime kNow{Millis(1'700'000'000'000)};
constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST_CASE("A signature is the one that Standard Webhooks' libraries make") {
  const auto key = ParseWebhookSecret(kSecret);
  REQUIRE(key.has_value());
  CHECK(WebhookSignature(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                         R"({"test": 2432232314})") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

InboundMessage Hello() {
  return {.sequence = 5,
          .modem = "a",
          .sender = "+6281234567890",
          .text = "hello \xF0\x9F\x98\x80",
          .coding = "ucs2",
          .sent_at = kNow,
          .received_at = kNow};
}

TEST_CASE("A webhook tells of the message as the inbox does, and is signed") {
  SeededRandom random(1);
  const OutboxItem item{.sequence = 9, .id = MakeUuidV7(kNow, random)};
  const auto key = ParseWebhookSecret(kSecret);
  const auto post =
      InboundWebhook("http://x/hook", *key, item, Hello(), kNow + hours(1));
  CHECK(post.tag == 9);
  CHECK(post.url == "http://x/hook");
  const auto body = nlohmann::json::parse(post.body);
  CHECK(body["type"] == "inbound.message");
  CHECK(body["timestamp"] == FormatRfc3339(kNow));
  CHECK(body["data"]["from"] == "+6281234567890");
  CHECK(body["data"]["text"] == "hello \xF0\x9F\x98\x80");
  const std::string id = ToString(item.id);
  CHECK(post.headers ==
        std::vector<std::string>{
            "Content-Type: application/json", "webhook-id: " + id,
            "webhook-timestamp: 1700003600",
            "webhook-signature: " +
                WebhookSignature(*key, id, 1700003600, post.body)});
}

TEST_CASE("What follows from an answer") {
  struct Row {
    int status;
    Next next;
  };
  const Row rows[] = {
      {200, Next::kTaken},   {204, Next::kTaken}, {299, Next::kTaken},
      {301, Next::kRetry},   {302, Next::kRetry}, {400, Next::kRetry},
      {404, Next::kRetry},   {429, Next::kRetry}, {500, Next::kRetry},
      {410, Next::kDropped}, {0, Next::kRetry},
  };
  const OutboxItem item{.created_at = kNow};
  for (const Row& row : rows) {
    INFO(row.status);
    const auto verdict = AfterWebhook(
        item, {.status = row.status, .error = "no route"}, kNow, 0);
    CHECK(verdict.next == row.next);
    CHECK(verdict.reason.empty() == (row.next == Next::kTaken));
    if (row.next == Next::kRetry) CHECK(verdict.due_at == kNow + seconds(5));
  }
}

TEST_CASE(
    "Pauses grow, the receiver may ask for more, and after three days it "
    "ends") {
  OutboxItem item{.created_at = kNow, .attempts = 1};
  const HttpAnswer answer{.status = 503};
  CHECK(AfterWebhook(item, answer, kNow, 0).due_at == kNow + seconds(30));
  CHECK(AfterWebhook(item, answer, kNow, 1).due_at == kNow + seconds(36));
  CHECK(AfterWebhook(item, {.status = 503, .retry_after = hours(1)}, kNow, 0)
            .due_at == kNow + hours(1));
  item.attempts = 100;
  CHECK(AfterWebhook(item, answer, kNow, 0).due_at == kNow + hours(4));
  CHECK(AfterWebhook(item, answer, kNow + hours(67), 0).next == Next::kRetry);
  CHECK(AfterWebhook(item, answer, kNow + hours(69), 0).next == Next::kDropped);
}

TEST_CASE("A callback goes to its own URL as it lay in the outbox, signed") {
  SeededRandom random(1);
  const OutboxItem item{.sequence = 9,
                        .id = MakeUuidV7(kNow, random),
                        .url = "https://a.example/x",
                        .body = R"({"type":"message.failed"})"};
  const auto key = ParseWebhookSecret(kSecret);
  const auto post = CallbackWebhook(*key, item, kNow);
  CHECK(post.tag == 9);
  CHECK(post.url == item.url);
  CHECK(post.body == item.body);
  CHECK(post.headers.at(3) ==
        "webhook-signature: " + WebhookSignature(*key, ToString(item.id),
                                                 1'700'000'000, item.body));
}

TEST_CASE("A receiver that goes on failing is left alone for longer") {
  CHECK(RestAfter(0) == Millis(0));
  CHECK(RestAfter(4) == Millis(0));
  CHECK(RestAfter(5) == seconds(1));
  CHECK(RestAfter(6) == seconds(2));
  CHECK(RestAfter(12) == seconds(128));
  CHECK(RestAfter(1'000'000) == seconds(128));
}

class FakeHttp final : public HttpClient {
 public:
  void Post(HttpPost post) override { posts.push_back(std::move(post)); }
  std::vector<HttpAnswer> Turn(std::span<const pollfd>) override {
    return std::exchange(answers, {});
  }
  std::vector<pollfd> PollFds() const override { return {}; }
  std::optional<MonoTime> Deadline() const override { return std::nullopt; }

  void Answer(const HttpPost& post, int status) {
    answers.push_back({.tag = post.tag, .status = status, .error = "refused"});
  }
  std::vector<HttpPost> posts;
  std::vector<HttpAnswer> answers;
};

class CourierFixture {
 public:
  CourierFixture() {
    config_.inbox.webhook_url = "http://127.0.0.1/hook";
    config_.inbox.webhook_secret = kSecret;
    auto opened = OpenSqliteStores(folder_ / "queue.db");
    REQUIRE(opened.has_value());
    store_ = std::move(opened->queue);
    Start();
  }

  void Start() {
    courier_ = std::make_unique<Courier>(config_, KeysOf(config_), *store_,
                                         &http_, clock_, random_, log_);
  }

  void Receive(const std::string& text) {
    SpoolerTurn turn{.token = 1, .now = clock_.Wall(), .inbound_webhook = true};
    InboundPart part{.id = MakeUuidV7(clock_.Wall(), random_),
                     .modem = "a",
                     .sender = "+6281234567890",
                     .sent_at = clock_.Wall(),
                     .received_at = clock_.Wall(),
                     .coding = "gsm7",
                     .text = text};
    random_.Fill(part.fingerprint);
    turn.inbound.push_back(part);
    REQUIRE(store_->RecordTurn(turn).has_value());
    courier_->LookAgain();
  }

  // A message that wants to be told of at `url`, and is cancelled.
  void Cancel(const std::string& url) {
    NewMessage message{.id = MakeUuidV7(clock_.Wall(), random_),
                       .recipient = "+6281234567890",
                       .text = "secret",
                       .callback_url = url,
                       .created_at = clock_.Wall(),
                       .not_before = clock_.Wall(),
                       .expires_at = clock_.Wall() + hours(1)};
    REQUIRE(InsertOne(*store_, message).has_value());
    REQUIRE(store_->Cancel(message.id, clock_.Wall())->cancelled);
  }

  void Turn() { courier_->Turn({}); }

  // Answers all posts that `status` does not leave out with 0, in turns, until
  // none comes any more.
  void AnswerAll(const std::function<int(const HttpPost&)>& status) {
    for (bool more = true; more;) {
      Turn();
      more = false;
      for (const HttpPost& post : std::exchange(http_.posts, {})) {
        if (const int answer = status(post)) {
          http_.Answer(post, answer);
          more = true;
        } else {
          hanging_.push_back(post);
        }
      }
    }
  }

  std::size_t LeftFor(const std::string& receiver) {
    return store_->Outbox(receiver, 100'000)->size();
  }

 protected:
  TempFolder folder_;
  Config config_;
  ManualClock clock_;
  SeededRandom random_{5};
  Logger log_ = Logger::Discard();
  std::unique_ptr<Store> store_;
  FakeHttp http_;
  std::vector<HttpPost> hanging_;
  std::unique_ptr<Courier> courier_;
};

TEST_CASE_METHOD(CourierFixture, "A message is told of until it is taken") {
  Receive("hello");
  Turn();
  REQUIRE(http_.posts.size() == 1);
  CHECK(http_.posts[0].body.find("hello") != std::string::npos);
  http_.Answer(http_.posts[0], 500);
  Turn();
  Turn();
  CHECK(http_.posts.size() == 1);
  CHECK(courier_->BusyBefore(clock_.Wall() + seconds(10)));
  CHECK_FALSE(courier_->BusyBefore(clock_.Wall() + seconds(4)));
  CHECK(*courier_->Deadline() > clock_.Mono());
  clock_.Advance(seconds(6));
  Turn();
  REQUIRE(http_.posts.size() == 2);
  CHECK(http_.posts[1].headers[1] == http_.posts[0].headers[1]);  // webhook-id
  http_.Answer(http_.posts[1], 204);
  Turn();
  clock_.Advance(hours(100));
  Turn();
  CHECK(http_.posts.size() == 2);
  CHECK_FALSE(courier_->BusyBefore(clock_.Wall() + hours(1000)));
}

TEST_CASE_METHOD(CourierFixture, "What was not taken outlives the spooler") {
  Receive("hello");
  Turn();
  REQUIRE(http_.posts.size() == 1);
  Start();  // another, after the first was killed while it waited
  Turn();
  REQUIRE(http_.posts.size() == 2);
  CHECK(http_.posts[1].headers[1] == http_.posts[0].headers[1]);
}

TEST_CASE_METHOD(CourierFixture,
                 "A few at once, and the others in their turn") {
  for (int i = 0; i < 20; ++i) Receive(std::to_string(i));
  Turn();
  const auto at_once = http_.posts.size();
  CHECK(at_once < 10);
  Turn();
  CHECK(http_.posts.size() == at_once);
  std::size_t answered = 0;
  for (int i = 0; i < 20; ++i) {
    for (; answered < http_.posts.size(); ++answered) {
      http_.Answer(http_.posts[answered], 200);
    }
    Turn();
  }
  CHECK(http_.posts.size() == 20);
}

TEST_CASE_METHOD(CourierFixture,
                 "A receiver that fails for one does not hold up another") {
  Receive("first");
  Turn();
  http_.Answer(http_.posts.at(0), 500);
  Receive("second");
  Turn();
  REQUIRE(http_.posts.size() == 2);
  CHECK(http_.posts[1].body.find("second") != std::string::npos);
}

TEST_CASE_METHOD(CourierFixture, "410 ends it") {
  Receive("hello");
  Turn();
  http_.Answer(http_.posts.at(0), 410);
  Turn();
  clock_.Advance(hours(100));
  Turn();
  CHECK(http_.posts.size() == 1);
}

class CallbackFixture : public CourierFixture {
 public:
  CallbackFixture() {
    Allow({"https://a.example/", "https://b.example/", "https://c.example/"});
  }

  void Allow(const std::vector<std::string>& urls) {
    config_.callback = {.secret = kSecret};
    for (const auto& url : urls) {
      config_.callback.allow.push_back(*ParseWebUrl(url));
    }
    Start();
  }
};

bool IsFor(const HttpPost& post, std::string_view host) {
  return post.url.starts_with("https://" + std::string(host) + "/");
}

TEST_CASE_METHOD(CallbackFixture,
                 "The end of a message is told where it says") {
  Cancel("https://a.example/x?y=1");
  Turn();
  REQUIRE(http_.posts.size() == 1);
  CHECK(http_.posts[0].url == "https://a.example/x?y=1");
  CHECK(http_.posts[0].public_only);
  CHECK(http_.posts[0].body.find("\"message.cancelled\"") != std::string::npos);
  CHECK(http_.posts[0].body.find("secret") == std::string::npos);
  http_.Answer(http_.posts[0], 200);
  Turn();
  CHECK(store_->OutboxReceivers()->empty());
}

TEST_CASE_METHOD(CallbackFixture,
                 "The inbox's receiver may have a private address; those of "
                 "callbacks where it is allowed") {
  config_.callback.private_addresses = true;
  Cancel("https://a.example/");
  Receive("hello");
  Turn();
  REQUIRE(http_.posts.size() == 2);
  CHECK_FALSE(http_.posts[0].public_only);
  CHECK_FALSE(http_.posts[1].public_only);
}

TEST_CASE_METHOD(CallbackFixture,
                 "A receiver that never answers delays no other") {
  for (int i = 0; i < 100; ++i) {
    Cancel("https://a.example/" + std::to_string(i));
    Cancel("https://b.example/" + std::to_string(i));
    Receive(std::to_string(i));
  }
  const MonoTime began = clock_.Mono();
  AnswerAll(
      [](const HttpPost& post) { return IsFor(post, "a.example") ? 0 : 204; });
  CHECK(clock_.Mono() == began);
  CHECK(LeftFor("https://b.example:443") == 0);
  CHECK(LeftFor("") == 0);
  CHECK(LeftFor("https://a.example:443") == 100);
  CHECK(hanging_.size() == 4);
}

TEST_CASE_METHOD(CallbackFixture,
                 "However many receivers hang, each other one is told") {
  std::vector<std::string> urls;
  for (int i = 0; i < 200; ++i) {
    urls.push_back("https://h" + std::to_string(i) + ".example/");
  }
  urls.push_back("https://z.example/");
  Allow(urls);
  for (const auto& url : urls) {
    for (int i = 0; i < 6; ++i) Cancel(url);
  }
  AnswerAll(
      [](const HttpPost& post) { return IsFor(post, "z.example") ? 200 : 0; });
  CHECK(LeftFor("https://z.example:443") == 0);
  CHECK(hanging_.size() >= 200);
  CHECK(hanging_.size() <= 200 + 64);
}

TEST_CASE_METHOD(CallbackFixture,
                 "A receiver that fails is told one thing at a time, with "
                 "pauses, and all of it once it is back") {
  for (int i = 0; i < 50; ++i) Cancel("https://a.example/");
  Cancel("https://b.example/");
  std::size_t tries = 0;
  bool broken = true;
  const auto answer = [&](const HttpPost& post) {
    if (!IsFor(post, "a.example")) return 200;
    ++tries;
    return broken ? 503 : 200;
  };
  AnswerAll(answer);
  CHECK(LeftFor("https://b.example:443") == 0);
  CHECK(tries <= 8);
  CHECK(LeftFor("https://a.example:443") == 50);
  // An on-demand spooler does not stay for it for ever.
  for (int i = 0; i < 12; ++i) {
    clock_.Advance(*courier_->Deadline() - clock_.Mono() < seconds(200)
                       ? seconds(130)
                       : seconds(1));
    const auto before = tries;
    AnswerAll(answer);
    CHECK(tries - before <= 1);
  }
  CHECK_FALSE(courier_->BusyBefore(clock_.Wall() + seconds(60)));
  broken = false;
  for (int i = 0; i < 60; ++i) {
    clock_.Advance(hours(1));
    AnswerAll(answer);
  }
  CHECK(LeftFor("https://a.example:443") == 0);
}

TEST_CASE_METHOD(CallbackFixture,
                 "What lies there for a receiver that is gone for good goes") {
  for (int i = 0; i < 300; ++i) Cancel("https://a.example/");
  std::size_t tries = 0;
  for (int i = 0; i < 24 * 8; ++i) {
    AnswerAll([&](const HttpPost&) {
      ++tries;
      return 500;
    });
    clock_.Advance(hours(1));
  }
  CHECK(LeftFor("https://a.example:443") == 0);
  CHECK(tries < 250);
}

TEST_CASE_METHOD(CallbackFixture,
                 "A URL that is no longer allowed is told nothing") {
  Cancel("https://c.example/");
  Allow({"https://a.example/"});
  Cancel("https://a.example/");
  AnswerAll([](const HttpPost& post) {
    CHECK(IsFor(post, "a.example"));
    return 200;
  });
  CHECK(LeftFor("https://a.example:443") == 0);
  REQUIRE(LeftFor("https://c.example:443") == 1);
  CHECK(store_->Outbox("https://c.example:443", 1)->at(0).attempts == 1);
  for (int i = 0; i < 24 * 4; ++i) {
    clock_.Advance(hours(1));
    AnswerAll([](const HttpPost&) { return 200; });
  }
  CHECK(LeftFor("https://c.example:443") == 0);  // given up like any other
}

TEST_CASE_METHOD(CallbackFixture,
                 "What another program puts in without a ring is found") {
  Turn();
  Cancel("https://a.example/");
  CHECK_FALSE(courier_->BusyBefore(clock_.Wall() + hours(1)));
  clock_.Advance(seconds(30));
  CHECK(*courier_->Deadline() <= clock_.Mono());
  Turn();
  CHECK(http_.posts.size() == 1);
}

class ReadOnlyOutbox final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<void> RecordTries(std::span<const OutboxTry> tries) override {
    if (full) return Fail(ErrorKind::kUnavailable, "disk full");
    return ForwardingStore::RecordTries(tries);
  }
  bool full = true;
};

TEST_CASE_METHOD(
    CallbackFixture,
    "What can't be recorded as taken is not told again meanwhile") {
  ReadOnlyOutbox store(*store_);
  Courier courier(config_, KeysOf(config_), store, &http_, clock_, random_,
                  log_);
  Cancel("https://a.example/");
  courier.Turn({});
  REQUIRE(http_.posts.size() == 1);
  http_.Answer(http_.posts[0], 200);
  for (int i = 0; i < 10; ++i) {
    courier.Turn({});
    CHECK(*courier.Deadline() > clock_.Mono());  // it does not spin
    CHECK(courier.BusyBefore(clock_.Wall()));
    clock_.Advance(seconds(2));
  }
  store.full = false;
  courier.Turn({});
  CHECK(LeftFor("https://a.example:443") == 0);
  CHECK(http_.posts.size() == 1);
  CHECK_FALSE(courier.BusyBefore(clock_.Wall() + hours(1)));
}

TEST_CASE("Without a URL nobody is told") {
  TempFolder folder;
  const Config config;
  ManualClock clock;
  SeededRandom random(1);
  const Logger log = Logger::Discard();
  FakeHttp http;
  auto opened = OpenSqliteStores(folder / "queue.db");
  Courier courier(config, {}, *opened->queue, &http, clock, random, log);
  courier.LookAgain();
  courier.Turn({});
  CHECK(http.posts.empty());
  CHECK_FALSE(courier.BusyBefore(clock.Wall() + hours(1)));
}

}  // namespace
}  // namespace smsweb
