-- The operations of tests/bench/http, for wrk:
--   wrk ... -s operations.lua URL -- OPERATION TOKEN FILE_OF_IDS RUN
-- Both servers are sent the same documents and variables. Each answer is looked at: one that is not what was asked for counts as
-- failed. Prints: requests, microseconds, p50, p99 (microseconds), failed.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local documents = {
  one = "query ($id: ID!) { feedback(id: $id) { id rating comment occurredAt product { id } feature { id } release { id } customer { id } } }",
  nested = "query ($key: String!) { product(key: $key) { features(first: 20) { nodes { key feedback(first: 50) { nodes { id rating comment occurredAt release { version } } } } } } }",
  submit = "mutation ($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { outcome feedback { id } } }",
  batch = "mutation ($input: SubmitFeedbackBatchInput!) { submitFeedbackBatch(input: $input) { accepted items { index outcome feedback { id } } } }",
  report = "query ($key: String!) { product(key: $key) { valueReport { responses entries { feature { key } rank value { score lower upper } } } } }",
}

-- What stands in an answer that is right.
local expected = {
  one = '"rating":',
  nested = '"version":',
  submit = '"CREATED"',
  batch = '"accepted":1000',
  report = '"score":',
}

local operation, document, wanted, run
local ids = {}
local sent = 0
failed = 0

function init(args)
  operation, run = args[1], args[4]
  document, wanted = documents[operation], expected[operation]
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = "application/graphql-response+json"
  wrk.headers["Authorization"] = "Bearer " .. args[2]
  for line in io.lines(args[3]) do
    ids[#ids + 1] = line
  end
  math.randomseed(#run * 7919 + 1)
end

local function answer(number)
  local product = math.random(0, 49)
  return string.format(
    '{"product":"p-%02d","feature":"f-%02d-%02d","release":"1.19","customer":"c-%05d","scale":"csat","rating":%d,' ..
      '"comment":"finds everything but hangs since last week","channel":"in-app","source":"bench","externalId":"%s-%d"}',
    product, product, math.random(0, 11), math.random(0, 9999), math.random(1, 5), run, number)
end

local variables = {
  one = function() return '{"id":"' .. ids[math.random(#ids)] .. '"}' end,
  nested = function() return string.format('{"key":"p-%02d"}', math.random(0, 19)) end,
  submit = function() return '{"input":' .. answer(sent) .. '}' end,
  batch = function()
    local items = {}
    for item = 1, 1000 do
      items[item] = answer(sent * 1000 + item)
    end
    return '{"input":{"items":[' .. table.concat(items, ",") .. ']}}'
  end,
  report = function() return string.format('{"key":"p-%02d"}', math.random(0, 49)) end,
}

function request()
  sent = sent + 1
  return wrk.format(nil, nil, nil, '{"query":"' .. document .. '","variables":' .. variables[operation]() .. '}')
end

function response(status, headers, body)
  if status ~= 200 or not body:find(wanted, 1, true) or body:find('"errors":', 1, true) then
    failed = failed + 1
    if failed <= 2 then
      io.stderr:write(operation, ": ", tostring(status), " ", body:sub(1, 300), "\n")
    end
  end
end

function done(summary, latency, requests)
  local wrong = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get("failed")
  end
  io.write(string.format("figures %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), wrong))
end
