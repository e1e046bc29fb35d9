// Webhooks: what is signed, what follows from an answer, and the courier with
// an HTTP client that answers as the test says.
#include "daemon/webhook.h"

#include <nlohmann/json.hpp>

#include "catch.h"
#include "common/store/sqlite_store.h"
#include "daemon/courier.h"
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
    config_.webhook_url = "http://127.0.0.1/hook";
    auto opened = OpenSqliteStores(folder_ / "queue.db");
    REQUIRE(opened.has_value());
    store_ = std::move(opened->queue);
    Start();
  }

  void Start() {
    courier_ =
        std::make_unique<Courier>(config_, *ParseWebhookSecret(kSecret),
                                  *store_, &http_, clock_, random_, log_);
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

  void Turn() { courier_->Turn({}); }

 protected:
  TempFolder folder_;
  InboxConfig config_;
  ManualClock clock_;
  SeededRandom random_{5};
  Logger log_ = Logger::Discard();
  std::unique_ptr<Store> store_;
  FakeHttp http_;
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

TEST_CASE("Without a URL nobody is told") {
  TempFolder folder;
  const InboxConfig config;
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
