--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: addressees; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.addressees (
    key character varying(64) NOT NULL,
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    box character varying(10) NOT NULL,
    number text NOT NULL,
    words text NOT NULL,
    kept integer NOT NULL,
    newest bigint NOT NULL,
    employee_id character varying(36) COLLATE pg_catalog."C"
);


--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: allowances; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.allowances (
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    endpoint_pattern text,
    endpoints text,
    allow text,
    dialled_before text
);


--
-- Name: assigned_numbers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.assigned_numbers (
    number text NOT NULL,
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: audit; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    company_id character varying(36) COLLATE pg_catalog."C",
    user_id character varying(36) COLLATE pg_catalog."C",
    who text NOT NULL,
    via character varying(10) NOT NULL,
    address text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    details text,
    search text NOT NULL
);


--
-- Name: audit_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: audit_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;


--
-- Name: bindings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.bindings (
    user_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    employee_id character varying(36) NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: companies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.companies (
    id character varying(36) NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    config text NOT NULL,
    version integer NOT NULL
);


--
-- Name: config_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.config_version (
    id integer NOT NULL,
    version integer NOT NULL,
    CONSTRAINT ck_config_version_single CHECK ((id = 1))
);


--
-- Name: devices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.devices (
    token_hash character varying(64) NOT NULL,
    user_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    seen_at timestamp with time zone NOT NULL
);


--
-- Name: employees; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.employees (
    id character varying(36) NOT NULL COLLATE pg_catalog."C",
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    extension text NOT NULL,
    name text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone
);


--
-- Name: holdings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.holdings (
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    extension text NOT NULL,
    until timestamp with time zone NOT NULL,
    employee_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    since timestamp with time zone NOT NULL
);


--
-- Name: invitations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invitations (
    token_hash character varying(64) NOT NULL,
    user_id character varying(36) COLLATE pg_catalog."C",
    company_id character varying(36) COLLATE pg_catalog."C",
    role character varying(13) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_invitations_known_role CHECK (((role)::text = ANY ((ARRAY['administrator'::character varying, 'employee'::character varying])::text[])))
);


--
-- Name: login_failures; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.login_failures (
    key text NOT NULL,
    failures double precision NOT NULL,
    last_at timestamp with time zone NOT NULL,
    blocked_until timestamp with time zone
);


--
-- Name: messages; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.messages (
    place bigint NOT NULL,
    id character varying(36) NOT NULL COLLATE pg_catalog."C",
    state character varying(10) NOT NULL,
    company_id character varying(36) COLLATE pg_catalog."C",
    company text NOT NULL,
    box character varying(10) NOT NULL,
    addressee_name text NOT NULL,
    addressee_number text NOT NULL,
    caller_number text NOT NULL,
    caller_name text NOT NULL,
    dialled text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    timezone text NOT NULL,
    day character varying(10) NOT NULL,
    source character varying(10) NOT NULL,
    call_id text NOT NULL,
    replaces character varying(36) COLLATE pg_catalog."C",
    min_speech double precision NOT NULL,
    duration double precision,
    speech double precision,
    size integer,
    sha256 character varying(64),
    peaks bytea,
    audio_key text,
    cut_off boolean NOT NULL,
    heard_at timestamp with time zone,
    deleted_at timestamp with time zone,
    addressee_words text NOT NULL,
    caller_words text NOT NULL,
    restored_at timestamp with time zone,
    held_at timestamp with time zone,
    held_by text,
    hold_reason text,
    quiet boolean DEFAULT false NOT NULL,
    employee_id character varying(36) COLLATE pg_catalog."C",
    loudness bytea,
    CONSTRAINT ck_messages_known_box CHECK (((box)::text = ANY ((ARRAY['company'::character varying, 'employee'::character varying])::text[]))),
    CONSTRAINT ck_messages_known_state CHECK (((state)::text = ANY ((ARRAY['recording'::character varying, 'kept'::character varying, 'empty'::character varying, 'discarded'::character varying])::text[])))
);


--
-- Name: news; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.news (
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying(10) NOT NULL,
    company_id character varying(36) COLLATE pg_catalog."C",
    user_id character varying(36) COLLATE pg_catalog."C",
    message_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    employee_id character varying(36) COLLATE pg_catalog."C"
);


--
-- Name: news_seq_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.news_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: news_seq_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.news_seq_seq OWNED BY public.news.seq;


--
-- Name: numbers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.numbers (
    number text NOT NULL,
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C"
);


--
-- Name: search_index; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.search_index (
    id integer NOT NULL,
    below bigint NOT NULL,
    countries text NOT NULL,
    CONSTRAINT ck_search_index_single CHECK ((id = 1))
);


--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    token_hash character varying(64) NOT NULL,
    user_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    address text NOT NULL,
    agent text NOT NULL
);


--
-- Name: tallies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tallies (
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    box text NOT NULL,
    month character varying(7) NOT NULL,
    kept integer NOT NULL
);


--
-- Name: tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tokens (
    id character varying(36) NOT NULL COLLATE pg_catalog."C",
    user_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    token_hash character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    read_only boolean NOT NULL
);


--
-- Name: unheard; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.unheard (
    user_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    place bigint NOT NULL
);


--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    id character varying(36) NOT NULL COLLATE pg_catalog."C",
    company_id character varying(36) NOT NULL COLLATE pg_catalog."C",
    login text NOT NULL,
    name text NOT NULL,
    role character varying(13) NOT NULL,
    password_hash text,
    language character varying(2),
    must_change_password boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    logged_in_at timestamp with time zone,
    disabled_at timestamp with time zone,
    CONSTRAINT ck_users_known_language CHECK (((language)::text = ANY ((ARRAY['ru'::character varying, 'en'::character varying])::text[]))),
    CONSTRAINT ck_users_known_role CHECK (((role)::text = ANY ((ARRAY['administrator'::character varying, 'employee'::character varying])::text[])))
);


--
-- Name: audit id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);


--
-- Name: news seq; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.news ALTER COLUMN seq SET DEFAULT nextval('public.news_seq_seq'::regclass);


--
-- Data for Name: addressees; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.addressees (key, company_id, box, number, words, kept, newest, employee_id) FROM stdin;
0a3eb31e038e1e50eed1a74c32b7bb8df6c8b8f0ce1a973fe84dd2fbf31986f9	fe2c3c27-0c90-409f-95a5-6867bb46b582	company	74951234567	ромашка 74951234567 84951234567	3	1877103083520355975	\N
35de6f14e1d82661782b791b8de0bf56586bf417d17b72e2c6311e994178f876	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	company	442079460123	lily & co lily & со 02079460123 442079460123	1	1878009053184170297	\N
7beadbe8857ffa5570195ae25c301a172b40f667212c5174bf2e95a9212da759	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	employee	101	grace oneill grace оneill 101	1	1878099650150662364	01a228ae-6b87-72cc-a1ba-54c622d25d13
8af067c6b0824335d57ad56f7fba67a6922786a8dd231e495f9f2aec5b9e007a	fe2c3c27-0c90-409f-95a5-6867bb46b582	employee	102	борис елкин 102	0	1877737262285103816	01a228ae-6b74-760d-bc6e-f0380119fed9
c213f6c6a22ebf19236a395d6bc1123caa81f8ca9634f524184f1321327f71e6	fe2c3c27-0c90-409f-95a5-6867bb46b582	employee	101	анна щукина 101 79160001122 89160001122	2	1877646665318832638	01a228ae-6b74-760d-b8da-7b3717f8fbc0
e69e87955bfe251ac68b6d01f4bc1bc713f5e69f6fcc32548ae4c58bbc96863c		company	78120000000	unassigned 78120000000 88120000000	1	1878190247117280622	\N
\.


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.alembic_version (version_num) FROM stdin;
0015
\.


--
-- Data for Name: allowances; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.allowances (company_id, endpoint_pattern, endpoints, allow, dialled_before) FROM stdin;
e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	\N	\N	\N	\N
fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	\N	\N	\N
\.


--
-- Data for Name: assigned_numbers; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.assigned_numbers (number, company_id) FROM stdin;
442079460123	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f
442079460124	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f
74951234567	fe2c3c27-0c90-409f-95a5-6867bb46b582
74951234568	fe2c3c27-0c90-409f-95a5-6867bb46b582
74951234569	fe2c3c27-0c90-409f-95a5-6867bb46b582
\.


--
-- Data for Name: audit; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.audit (id, at, company_id, user_id, who, via, address, action, subject, details, search) FROM stdin;
1	2026-11-29 19:00:49.143819+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	operator	cli		company.add	Ромашка	\N	operator company add ромашка
2	2026-11-29 19:00:49.161253+00	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	\N	operator	cli		company.add	Lily & Co	\N	operator company add lily & co
3	2026-11-29 19:00:49.350645+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	operator	cli		user.add	olga	{"name": "Ольга Смирнова", "role": "administrator", "extensions": []}	operator user add olga
4	2026-11-29 19:00:49.507509+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	operator	cli		user.add	anna	{"name": "Анна Щукина", "role": "employee", "extensions": ["101"]}	operator user add anna
5	2026-11-29 19:00:49.649059+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	operator	cli		user.add	boris	{"name": "Борис Ёлкин", "role": "employee", "extensions": ["102"]}	operator user add boris
6	2026-11-29 19:00:49.808299+00	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	\N	operator	cli		user.add	grace	{"name": "Grace O'Neill", "role": "administrator", "extensions": ["101"]}	operator user add grace
7	2026-11-29 19:00:49.819729+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	operator	cli		user.add	victor	{"name": "Виктор", "role": "employee", "extensions": ["102"]}	operator user add victor
8	2026-11-29 19:00:49.826022+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	operator	cli		user.link	victor	{"role": "employee", "hours": 24}	operator user link victor
9	2026-11-29 19:00:49.999059+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6c3e-7518-974b-dfa7f730e859	olga	page	192.0.2.7	login	olga	\N	olga login olga 192 0 2 7
10	2026-11-29 19:00:50.139493+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6cdb-71b9-bfb4-57a185bba7b2	anna	page	192.0.2.7	login	anna	\N	anna login anna 192 0 2 7
11	2026-11-29 19:00:50.280694+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6d6b-7002-8a16-b3a32ad0810e	boris	page	192.0.2.7	login	boris	\N	boris login boris 192 0 2 7
12	2026-11-29 19:00:50.289223+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6c3e-7518-974b-dfa7f730e859	olga	page	192.0.2.7	token.add	olga	{"name": "nightly", "days": 90, "read_only": false}	olga token add olga 192 0 2 7
13	2026-11-29 19:00:50.292699+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6cdb-71b9-bfb4-57a185bba7b2	anna	page	192.0.2.7	token.add	anna	{"name": "phone", "days": 3650, "read_only": false}	anna token add anna 192 0 2 7
14	2026-11-29 19:00:50.4294+00	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	\N		page	192.0.2.66	login.failed	grace	\N	login failed grace 192 0 2 66
15	2026-11-29 19:00:50.566833+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6c3e-7518-974b-dfa7f730e859	olga	page	192.0.2.7	message.play	01a00e69-a640-749e-9795-b9f14081f03a	{"addressee": {"name": "Ромашка", "number": "74951234567"}, "caller": {"name": "", "number": "89035556677"}, "received_at": "2026-08-17T06:30:00+00:00"}	olga message play 01a00e69 a640 749e 9795 b9f14081f03a 192 0 2 7
16	2026-11-29 19:00:50.573224+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6cdb-71b9-bfb4-57a185bba7b2	anna	page	192.0.2.7	message.play	01a0ebdb-1a40-77af-9049-51f585e4021a	{"addressee": {"name": "Анна Щукина", "number": "101"}, "caller": {"name": "Борис Ёлкин", "number": "102"}, "received_at": "2026-09-29T06:30:00+00:00"}	anna message play 01a0ebdb 1a40 77af 9049 51f585e4021a 192 0 2 7
17	2026-11-29 19:00:50.575915+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6c3e-7518-974b-dfa7f730e859	olga	page	192.0.2.7	message.delete	01a09e9b-b640-7734-a3c3-10f02f48f3e0	{"addressee": {"name": "Ромашка", "number": "74951234567"}, "caller": {"name": "=HYPERLINK(1)", "number": "anonymous"}, "received_at": "2026-09-14T06:30:00+00:00"}	olga message delete 01a09e9b b640 7734 a3c3 10f02f48f3e0 192 0 2 7
18	2026-11-29 19:00:50.577757+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6c3e-7518-974b-dfa7f730e859	olga	page	192.0.2.7	message.hold	01a0ccf4-f240-76f8-8c05-1bb14d74904b	{"addressee": {"name": "Ромашка", "number": "74951234567"}, "caller": {"name": "Пётр Ёжиков", "number": "+79161234567"}, "received_at": "2026-09-23T06:30:00+00:00", "reason": "Дело А40-1/2026"}	olga message hold 01a0ccf4 f240 76f8 8c05 1bb14d74904b 192 0 2 7
19	2026-11-29 19:00:50.577828+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6c3e-7518-974b-dfa7f730e859	olga	page	192.0.2.7	message.hold	01a0f101-7640-741a-8699-db6ec0403a92	{"addressee": {"name": "Борис Ёлкин", "number": "102"}, "caller": {"name": "", "number": "79267778899"}, "received_at": "2026-09-30T06:30:00+00:00", "reason": "Дело А40-1/2026"}	olga message hold 01a0f101 7640 741a 8699 db6ec0403a92 192 0 2 7
20	2026-11-29 19:00:50.580575+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6c3e-7518-974b-dfa7f730e859	olga	page	192.0.2.7	message.release	01a0f101-7640-741a-8699-db6ec0403a92	{"addressee": {"name": "Борис Ёлкин", "number": "102"}, "caller": {"name": "", "number": "79267778899"}, "received_at": "2026-09-30T06:30:00+00:00", "reason": "Дело А40-1/2026"}	olga message release 01a0f101 7640 741a 8699 db6ec0403a92 192 0 2 7
21	2026-11-29 19:00:50.584859+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6c3e-7518-974b-dfa7f730e859	olga	page	192.0.2.7	message.delete	01a0f101-7640-741a-8699-db6ec0403a92	{"addressee": {"name": "Борис Ёлкин", "number": "102"}, "caller": {"name": "", "number": "79267778899"}, "received_at": "2026-09-30T06:30:00+00:00"}	olga message delete 01a0f101 7640 741a 8699 db6ec0403a92 192 0 2 7
22	2026-11-29 19:00:50.586062+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6c3e-7518-974b-dfa7f730e859	olga	page	192.0.2.7	message.hold	01a0f101-7640-741a-8699-db6ec0403a92	{"addressee": {"name": "Борис Ёлкин", "number": "102"}, "caller": {"name": "", "number": "79267778899"}, "received_at": "2026-09-30T06:30:00+00:00", "reason": "Ещё раз"}	olga message hold 01a0f101 7640 741a 8699 db6ec0403a92 192 0 2 7
23	2026-11-29 19:00:50.598059+00	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	operator	cli		user.disable	boris	\N	operator user disable boris
\.


--
-- Data for Name: bindings; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.bindings (user_id, employee_id) FROM stdin;
01a228ae-6cdb-71b9-bfb4-57a185bba7b2	01a228ae-6b74-760d-b8da-7b3717f8fbc0
01a228ae-6d6b-7002-8a16-b3a32ad0810e	01a228ae-6b74-760d-bc6e-f0380119fed9
01a228ae-6e07-753a-8d9d-cb8d55d81269	01a228ae-6b87-72cc-a1ba-54c622d25d13
01a228ae-6e18-74f5-bb58-a92518764f67	01a228ae-6b74-760d-bc6e-f0380119fed9
\.


--
-- Data for Name: companies; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.companies (id, name, config, version) FROM stdin;
e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	Lily & Co	{"company":{"name":"Lily & Co","language":"en","timezone":"Europe/London","self_service":false},"numbers":{"442079460123":{"menu":null,"employee":null,"voicemail":true},"442079460124":{"menu":null,"employee":"101","voicemail":null}},"menus":{},"employees":{"101":{"name":"Grace O'Neill","numbers":[],"endpoint":"PJSIP/lily-101","ring_timeout":20.0,"greeting":null,"keep_days":null,"quiet_days":null,"forward":{"always":null,"busy":null,"no_answer":null,"unreachable":null,"no_answer_after":null}}},"voicemail":{"min_seconds":0.1,"max_seconds":180.0,"silence_seconds":8.0,"review":false,"greeting":null,"keep_days":null,"quiet_days":null,"max_messages":null},"prompts":{}}	2
fe2c3c27-0c90-409f-95a5-6867bb46b582	Ромашка	{"company":{"name":"Ромашка","language":"ru","timezone":"Europe/Moscow","self_service":false},"numbers":{"74951234567":{"menu":"main","employee":null,"voicemail":null},"74951234568":{"menu":null,"employee":"101","voicemail":null},"74951234569":{"menu":null,"employee":null,"voicemail":true}},"menus":{"main":{"greeting":"prompt:welcome","timeout":4.0,"digit_timeout":2.0,"repeats":1,"direct_dial":true,"default":{"action":"voicemail","employee":null},"invalid":{"action":"repeat"},"invalid_limit":3,"keys":{"1":{"action":"ring","employee":"101","employees":[],"strategy":"all","timeout":null,"no_answer":{"action":"voicemail","employee":null}},"2":{"action":"ring","employee":null,"employees":["101","102"],"strategy":"in-turn","timeout":12.0,"no_answer":{"action":"voicemail","employee":null}},"3":{"action":"menu","menu":"hours"},"4":{"action":"dial","number":"+74957654399"},"9":{"action":"voicemail","employee":"102"},"*":{"action":"repeat"},"#":{"action":"hangup"}}},"hours":{"greeting":"prompt:hours","timeout":5.0,"digit_timeout":2.0,"repeats":1,"direct_dial":false,"default":{"action":"menu","menu":"main"},"invalid":{"action":"repeat"},"invalid_limit":3,"keys":{}}},"employees":{"101":{"name":"Анна Щукина","numbers":["101","+7 916 000-11-22"],"endpoint":"PJSIP/101","ring_timeout":17.0,"greeting":null,"keep_days":400,"quiet_days":null,"forward":{"always":null,"busy":{"action":"ring","employee":"102","employees":[],"strategy":"all","timeout":null,"no_answer":{"action":"voicemail","employee":null}},"no_answer":{"action":"voicemail","employee":null},"unreachable":{"action":"dial","number":"+79160001122"},"no_answer_after":10.0}},"102":{"name":"Борис Ёлкин","numbers":["102"],"endpoint":"Local/102@office","ring_timeout":20.0,"greeting":null,"keep_days":null,"quiet_days":null,"forward":{"always":null,"busy":null,"no_answer":null,"unreachable":null,"no_answer_after":null}}},"voicemail":{"min_seconds":0.1,"max_seconds":120.0,"silence_seconds":8.0,"review":true,"greeting":null,"keep_days":3650,"quiet_days":null,"max_messages":null},"prompts":{"welcome":{"say":"Да.","file":null,"recorded":null,"voice":null,"audio":"4c0d1b33789f06c44f6dafc7a587f4183b22d844166b65ad8362bdfbb7dece0a"},"hours":{"say":null,"file":"hours.wav","recorded":null,"voice":null,"audio":"faf8a3042a47f08085ac3575e088a0ebd0c4752358da887f508de508ceefe86c"}}}	1
\.


--
-- Data for Name: config_version; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.config_version (id, version) FROM stdin;
1	2
\.


--
-- Data for Name: devices; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.devices (token_hash, user_id, seen_at) FROM stdin;
\.


--
-- Data for Name: employees; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.employees (id, company_id, extension, name, since, until) FROM stdin;
01a228ae-6b74-760d-b8da-7b3717f8fbc0	fe2c3c27-0c90-409f-95a5-6867bb46b582	101	Анна Щукина	2026-11-29 19:00:49.140132+00	\N
01a228ae-6b74-760d-bc6e-f0380119fed9	fe2c3c27-0c90-409f-95a5-6867bb46b582	102	Борис Ёлкин	2026-11-29 19:00:49.140132+00	\N
01a228ae-6b87-72cc-a1ba-54c622d25d13	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	101	Grace O'Neill	2026-11-29 19:00:49.15946+00	\N
\.


--
-- Data for Name: holdings; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.holdings (company_id, extension, until, employee_id, since) FROM stdin;
\.


--
-- Data for Name: invitations; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.invitations (token_hash, user_id, company_id, role, created_at, expires_at) FROM stdin;
e0f10a83ba5cb8ece0d36289ed56528807758a97613755d8e0af47c9882e1b39	01a228ae-6e18-74f5-bb58-a92518764f67	fe2c3c27-0c90-409f-95a5-6867bb46b582	employee	2026-11-29 19:00:49.822251+00	2026-11-30 19:00:49.822251+00
\.


--
-- Data for Name: login_failures; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.login_failures (key, failures, last_at, blocked_until) FROM stdin;
address:192.0.2.66/32	1	2026-11-29 19:00:50.297724+00	\N
address:192.0.2.7/32	0	2026-11-29 19:00:50.140714+00	\N
login:0df89317e02535902d116be0f27294a75145339bf4af53fb35131aea8071a0e1	0	2026-11-29 19:00:50.140714+00	\N
login:3fa987493ca3ccfcb95243b881a02b7d2e660bd58f5763086ab1d731e473421b	0	2026-11-29 19:00:49.834375+00	\N
login:55579b557896d0ce1764c47fed644f9b35f58bad620674af23f356d80ed0c503	0	2026-11-29 19:00:50.006718+00	\N
login:e010fd1ce1acc173e3b4835b7635f8d4600d774869102adb5cb7b5d7895649ba	1	2026-11-29 19:00:50.297724+00	\N
place:e010fd1ce1acc173e3b4835b7635f8d4600d774869102adb5cb7b5d7895649ba:192.0.2.66/32	1	2026-11-29 19:00:50.297724+00	\N
\.


--
-- Data for Name: messages; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.messages (place, id, state, company_id, company, box, addressee_name, addressee_number, caller_number, caller_name, dialled, received_at, timezone, day, source, call_id, replaces, min_speech, duration, speech, size, sha256, peaks, audio_key, cut_off, heard_at, deleted_at, addressee_words, caller_words, restored_at, held_at, held_by, hold_reason, quiet, employee_id, loudness) FROM stdin;
1873479204864314101	019ffef6-9240-7157-921e-8219b1881580	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	Ромашка	company	Ромашка	74951234567	+79161234567	Пётр Ёжиков	74951234567	2026-08-14 06:30:00+00	Europe/Moscow	2026-08-14	ari	1790000002.2	\N	0.1	0.45	0.128	7244	e0171d257761d81bca5cb83a90e04edc0abfb0321237bf4e27a477ab15f70355	\\x0203050802030305050201020405040102020404010201040909050301060b0b020102090c0c0203020c0d0c0201040e0e090101030e0d070101040d0f060101080e0e0301020d0e0c020103101104010209171403020c1c1e1a0c0d253a3c12110f1f402013121b5b5c2a200e1e5e5f270c0e2d787b311109182b7372240a0a31898b350907152e7c7923050612318132140605052863631b0502062063642a070600000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/08/019ffef6-9240-7157-921e-8219b1881580.wav	f	\N	\N	ромашка 74951234567 84951234567	петр ежиков 79161234567 89161234567	\N	\N	\N	\N	f	\N	\\x02080a0a030505090904020408090703040509090302020715150804020917160403030e1a17040304131d150402051b1e0f0302061e1d0b0303071e1d0903030c1e1d060305171f140403071f1f0a02040f2d1b05050f312e29191b32615e1f231e367c37241f2f6a963c2e1e33748f3e181d4093cb5a1d111d52cf7d29101452cbc953120e1656db87250a0b155dff5a1509080945b481200b040d217cc3460c0a01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
1873750995763460651	01a00e69-a640-749e-9795-b9f14081f03a	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	Ромашка	company	Ромашка	74951234567	89035556677		74951234567	2026-08-17 06:30:00+00	Europe/Moscow	2026-08-17	ari	1790000003.3	\N	0.1	0.45	0.128	7244	3dff44d74cd95d09ff66fc6674e97a04a9ecad1fb35148c700b17ab869adbc42	\\x0000000000000000000000000000000000000000000000010207050409140a030305020405030202020607040305020f142f1404010e162f1103020a1c18090204040304150b0606141507010208141506010a0f180a0801030506030600030e0f0501010613140601061a201f0c030e2e31120609195657200c19616c5419213795a03f292a609fa93414396fb78735152d429387300d0e2a4e816c230b04131f3f3e190901000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/08/01a00e69-a640-749e-9795-b9f14081f03a.wav	f	2026-11-29 19:00:50.562684+00	\N	ромашка 74951234567 84951234567	79035556677 89035556677	\N	\N	\N	\N	f	\N	\\x000000000000000000000000000000000000000000000001020606040a140c040504030504040302020706050405020a16361504020b163416040209161a0a0204050305150d070613140701020a14120601070f1c0a0902020507040701051215060102081a1a080205182d230a030f3b4618080b217271260e1a60934f1f2240b7b94d203065e09c3d1b4283ff8e3e1b344bbb9b3d1311315aab64270c0415234b451b0802000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
1876287710822712915	01a09e9b-b640-7734-a3c3-10f02f48f3e0	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	Ромашка	company	Ромашка	74951234567	anonymous	=HYPERLINK(1)	74951234567	2026-09-14 06:30:00+00	Europe/Moscow	2026-09-14	ari	1790000004.4	\N	0.1	0.45	0.16	7244	32c575e1b9f960f5fcaf5d82815ccdb23cb0f8c664bafbe496c35dba0f4e58e5	\\x00000000000000000000000000000000000000000000000202030304040506050403090a090909060a0b1215060a1115070b080908060a07080904070f0a0a050c2d361a17112c707d442522356f581f0400000000000000000000000000000000000000000000000102080503140c0704050203050302030205050705030609142c2c120819494e2814112f575c200a1f63744e190a1e57573211081845411a07010612170804031e121411080302040908050100020b27220c0c05030d121208040001080d0f05010001071c220d04000a19525a220f041c3c7b89320d0a273765561a05010000000000000000000000000000000000000000000000000000	2026/09/01a09e9b-b640-7734-a3c3-10f02f48f3e0.wav	f	\N	2026-11-29 19:00:50.575332+00	ромашка 74951234567 84951234567	=hyperlink 1 anonymous 1 номер скрыт скрытый number withheld anonymous	\N	\N	\N	\N	f	\N	\\x0000000000000000000000000000000000000000000000020505050705080b0907070f110c110f0912151a200c0e1a1d0c110d0d0b0a130a0c0e0a0d1712120a1949632e2a184bd2f2703d3561bd9a3106000000000000000000000000000000000000000000000003030b09051a180d0607050608060504040708090807070e2158471b0d2a7d873f1c1a40aa8e350e34a3e06d240e3395a5451b0a2a79792a0a020b1c260c08062626251a100503050c0c07010103112f2d121108041121170e0400020b1d1d090200030f3c43170701122fa29e3c16063564ffd755190c4159c9872c0a020000000000000000000000000000000000000000000000000000
1877103083520355975	01a0ccf4-f240-76f8-8c05-1bb14d74904b	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	Ромашка	company	Ромашка	74951234567	+79161234567	Пётр Ёжиков	74951234567	2026-09-23 06:30:00+00	Europe/Moscow	2026-09-23	ari	1790000005.5	\N	0.1	0.45	0.128	7244	fb7f0df7e3d38c0e732d6b0ca722ee79665bdc813df5f5ed15c72ffa9ccaf885	\\x0000000000000000000000000000000000000000000000000000000000140c070808070708060800000000000000000006161a07000107272a0500010f4b500c01062354150a020d68672a0606296a6b20061c3e7935181533737038202b47847a4f362e486b694229222c486449281c18284741312012121c2a241d100c070a0b0e0d0804030000000000000000000000000000000000000000000000010102020102010201020102020201030203010202030302010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/09/01a0ccf4-f240-76f8-8c05-1bb14d74904b.wav	f	\N	\N	ромашка 74951234567 84951234567	петр ежиков 79161234567 89161234567	\N	2026-11-29 19:00:50.577731+00	olga	Дело А40-1/2026	f	\N	\\x000000000000000000000000000000000000000000000000000000000016180f0c0d0f0e0d0b090000000000000000010831340a02020b4c4b0a01021797690f030b2eb5270c0416a0ae36070637b08e240b236fff6727295eadaf6b495888c0b795655c83929476514b5f7bc379583d354b837b5a35292739504837211a11151819161109060000000000000000000000000000000000000000000000010203030303040402040304030402050405040504040505020000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
1877556068352180701	01a0e6b4-be40-7400-9631-d44228cade5f	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	Ромашка	employee	Анна Щукина	101	74957654321	Лилия	74951234567	2026-09-28 06:30:00+00	Europe/Moscow	2026-09-28	ari	1790000006.6	\N	0.1	0.45	0.128	7244	b2bd0978b7cf576cf94a5d67f774c5456b9e5bd87f72e466ee22ac1e97d90326	\\x000000000000020607050a0b07090d0a0e0a0e0a0c090e080b0a0f0b0b18161621120e0d170b1419131c142d0e11181d08151b20211514060c110c0d0c0c04123820070309224926050628767a31080730888f33080839abac3d0d0a245d88682a0d0e2d576e4a280d0a182a32241308080c1115150c080505050605050505050605080705050604050605050605060708070807060506060505000000000000000000000000010101010202010201020202030102030103020202020202000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/09/01a0e6b4-be40-7400-9631-d44228cade5f.wav	f	\N	\N	анна щукина 101 79160001122 89160001122	лилия 74957654321 84957654321	\N	\N	\N	\N	f	01a228ae-6b74-760d-b8da-7b3717f8fbc0	\\x00000000000002090a080e0c0d10130e0f111211140b160d0d10160f122120162f171211191117211c221b37131620200b1e263430241e091619101511100519582a0b030c367428090929929d320c0a34b5ba3b0d0e40d9ff4f16112069e27b2e15193171b8532a16142039552e1a100e141c2724130d0a07080a07080807070909090b08070806080807060908080a0a080b0a08060a090707000000000000000000000001010302020303030302030302040203040205040303040403000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
1877646665318832638	01a0ebdb-1a40-77af-9049-51f585e4021a	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	Ромашка	employee	Анна Щукина	101	102	Борис Ёлкин	74951234567	2026-09-29 06:30:00+00	Europe/Moscow	2026-09-29	ari	1790000007.7	\N	0.1	0.45	0.128	7244	fd3e43e6b97387813f77327d39fcef9d3e730f2db939f0586a43f82e27ba4c2b	\\x000000000000030405050404050504060606060705060404060505060705090a050806070406070506070603040705050708070d21240d080d2c2f3210061b4d4d24171638605a230a275d958d2c0d326a97693d083b71b4a1440a146097853d0b18419782480d030f2e3f260a0302062a2b1d0300031a2a2b060201031d2b29060202031d2c2b060404031d2b2b06040504062b2a1d030505031d2b2c060405000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/09/01a0ebdb-1a40-77af-9049-51f585e4021a.wav	f	2026-11-29 19:00:50.572407+00	\N	анна щукина 101 79160001122 89160001122	борис елкин 102	\N	\N	\N	\N	f	01a228ae-6b74-760d-b8da-7b3717f8fbc0	\\x00000000000002060608060706060408070608070507050607050507070609080609080605080806070707050509060607090813313415070f284d2f13072565722f14173a8a782d0e2d57e2a235113068de6e2f093469ff943f0d155acd9f370c1a3db4aa3d0f05102b51260b0302073a351804010414373a07030204203436060403042437340606060517373b06060806063a351b050707051e353a060605000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
1877737262285103816	01a0f101-7640-741a-8699-db6ec0403a92	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	Ромашка	employee	Борис Ёлкин	102	79267778899		74951234567	2026-09-30 06:30:00+00	Europe/Moscow	2026-09-30	ari	1790000008.8	\N	0.1	0.45	0.128	7244	cb38fb55a54332c0cdabafca6d34477ad5bd7755117186dc0520b90e3ca1d860	\\x00000000000000010409090201050a0b0a0201030d0c050101080d0f0301030e0d090102060d0d0301030e0e0c0202050f10040006222a1001011f504b0b040b227522120118197923210d2c28881c2f111729605e2710122427531f1d0e080d19220e05000504060504050503060608050705060404060305060506070807060806050606050508050403090606050a05080e27301c0b0927419897350f09161c342804020202151f1f05020202121f1f04030302051f1e0f020303051f201602030000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/09/01a0f101-7640-741a-8699-db6ec0403a92.wav	f	\N	2026-11-29 19:00:50.584237+00	борис елкин 102	79267778899 89267778899	\N	2026-11-29 19:00:50.586043+00	olga	Ещё раз	f	01a228ae-6b74-760d-bc6e-f0380119fed9	\\x00000000000000020711110302060d150e03020516160802020b191905030517190c0303081919060305151a0f0402081c1a07010823431302021f755e0e071028c52619022020c4272614362ee2293b1a1f328b69341b1d312f8627271510131c320e06010707090707080705080908080a060706070905070808070b0908070c080609090708090806060b0707090a070c164349280e0b375effc64a150b222e4e32050404041c2e3205050504103034050506050633320e040606052f301f04060000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
1878009053184170297	01a10074-8a40-74e1-8c79-0ab2a416adde	kept	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	Lily & Co	company	Lily & Co	442079460123	+442079460999	Dr. No	442079460123	2026-10-03 06:30:00+00	Europe/London	2026-10-03	ari	1790000009.9	\N	0.1	0.45	0.128	7244	1e6418a14cbcd7e3f9e4b255ceb2e611eed7f23036dfcb3d27b0267bfe9ba70b	\\x00000000000000060918191404051119180e090a191f1f080a2b33330d05144b4b310d0b2157581c0f162a71762b161e387a782b1117499e99441305336699693e07153d9dae791909103468622b0e0205101a160601000101080a03010001020a0904010001020c0b07010001020b0b07010001020b0b06010001020c0b04000000010e0e0200000004161a0400000007343709000201115b60190404052a777e3509060b3e838134110505070d16060000000000000000000000000000000000000000000000000000000101020202020201010202020202020203030202020302000000000000000000000000000000000000000000000000000000000000	2026/10/01a10074-8a40-74e1-8c79-0ab2a416adde.wav	f	\N	\N	lily & co lily & со 02079460123 442079460123	dr no 02079460999 442079460999	\N	\N	\N	\N	f	\N	\\x00000000000000050924251806051125270e0b0a272e240b0d2b4b4c14071c657b311411297c7e2a171e3bb2a23b152443c1a73e101a57e6e75916073572ff783508164ad3fc701e08143085842f0d030711261e06020001030e0f04020101031010060201010311120902010103111308020102041212070200020413120501010102131303010000042022050101000840410b010402156464190506062b777c340d0a1037847e3c13080709101e080100000000000000000000000000000000000000000000000000010202020202020302030302030202040204030203030303000000000000000000000000000000000000000000000000000000000000
1878099650150662364	01a1059a-e640-779e-ad9a-5a5483225066	kept	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	Lily & Co	employee	Grace O'Neill	101	+442079460998		74951234567	2026-10-04 06:30:00+00	Europe/London	2026-10-04	ari	1790000010.10	\N	0.1	0.45	0.128	7244	a460753f973c65b4d065d6843734a4d7be9eddca37e5b53d12758e5799e2ba06	\\x09071a1a080a0a071a1a080a0d0e1f200b0b09151b1c0808092121210806061d1d1306070520210e05060925280b0a0d234a401b141746501b100a1f6264210a0b215350251730366d30130627787d240421298d49260921216e44240f172b6766240f0a173b3b140902061427260e0600060d212412070101081228281007000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/10/01a1059a-e640-779e-ad9a-5a5483225066.wav	f	\N	\N	grace oneill grace оneill 101	02079460998 442079460998	\N	\N	\N	\N	f	01a228ae-6b87-72cc-a1ba-54c622d25d13	\\x150e38380f16160f37380f171c1741411317151d3d330f11123049330f0d0b37401a0c0d0b4846140c0b0d474812101c2a884629272147922b1b172c878d34141531816f332c4042cf47160d3aa8a83609253aff453b112731cc40381b223fa9853e1d13224f561d0e03061d3f3d18090108163b3d190c02020d204e401808010000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
1878190247117280622	01a10ac1-4240-71ea-b534-d6fb5e9ee132	kept	\N	unassigned	company	unassigned	78120000000	1\r\nagi_evil: yes	x‮q	78120000000	2026-10-05 06:30:00+00	UTC	2026-10-05	ari	1790000011.11	\N	0.1	0.45	0.128	7244	343e1a128fb78a1acc8b111335ba08796351f218d86b3f26230ad7c837c5cca8	\\x0b1529301d1216264d4f332530438285492b38373b2c170a0811130f0704091a1b1304040b1b1c0c05061221200c050d23261307060f25260d050812272610070e0b330f0d0213424a16040d154c3d17021d506c1e07061a6f522004241f822620072145691f1f0a24156d17290e14235251220f0e201c50381a0f0a111939360e09060a0d3330150c0400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000	2026/10/01a10ac1-4240-71ea-b534-d6fb5e9ee132.wav	f	\N	\N	unassigned 78120000000 88120000000	xq 1 agi_evil yes 1	\N	\N	\N	\N	f	\N	\\x18263e4439282a4771795f455980cdc39957696470422610101c261a0d06102c2d1e07071433341508091c4332120813394d210b0918413f1a090a1b3e3c1d0c14106715130521676924070d22913c20042b76b2340a0931b6763008322eff322c0d3243cd3225163c27e22b401d22348f7237201f3a2e9d4b301f1424285d561a120c1319545220160a00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
1883220319248154598	01a228ae-7129-70cc-a230-7d1b18dec5f8	recording	fe2c3c27-0c90-409f-95a5-6867bb46b582	Ромашка	company	Ромашка	74951234567	+79161234567		74951234567	2026-11-29 19:00:50.601457+00	Europe/Moscow	2026-11-29	ari	d1	\N	0.1	\N	\N	\N	\N	\N	\N	f	\N	\N	ромашка 74951234567 84951234567	79161234567 89161234567	\N	\N	\N	\N	f	\N	\N
1883220319248154638	01a228ae-7129-70cc-a8fb-57686e9d886d	recording	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	Lily & Co	employee	Grace O'Neill	101	+79161234567		74951234567	2026-11-29 19:00:50.601511+00	Europe/London	2026-11-29	ari	d3	\N	0.1	\N	\N	\N	\N	\N	\N	f	\N	\N	grace oneill grace оneill 101	79161234567 89161234567	\N	\N	\N	\N	f	01a228ae-6b87-72cc-a1ba-54c622d25d13	\N
1883220319248154663	01a228ae-7129-70cc-ab5e-a8b8f20d1405	recording	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	Lily & Co	employee	Grace O'Neill	101	+79161234567		74951234567	2026-11-29 19:00:50.601519+00	Europe/London	2026-11-29	ari	d3	01a228ae-7129-70cc-a8fb-57686e9d886d	0.1	\N	\N	\N	\N	\N	\N	f	\N	\N	grace oneill grace оneill 101	79161234567 89161234567	\N	\N	\N	\N	f	01a228ae-6b87-72cc-a1ba-54c622d25d13	\N
1883220319248154702	01a228ae-7129-70cc-ad18-f9a7bcae1d54	empty	fe2c3c27-0c90-409f-95a5-6867bb46b582	Ромашка	company	Ромашка	74951234567	+79161234567		74951234567	2026-11-29 19:00:50.601533+00	Europe/Moscow	2026-11-29	ari	d4	\N	0.1	\N	0	\N	\N	\N	\N	f	\N	\N	ромашка 74951234567 84951234567	79161234567 89161234567	\N	\N	\N	\N	f	\N	\N
\.


--
-- Data for Name: news; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.news (seq, at, kind, company_id, user_id, message_id, employee_id) FROM stdin;
1	2026-11-29 19:00:50.454517+00	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	019ffef6-9240-7157-921e-8219b1881580	\N
2	2026-11-29 19:00:50.477668+00	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	01a00e69-a640-749e-9795-b9f14081f03a	\N
3	2026-11-29 19:00:50.485773+00	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	01a09e9b-b640-7734-a3c3-10f02f48f3e0	\N
4	2026-11-29 19:00:50.49543+00	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	01a0ccf4-f240-76f8-8c05-1bb14d74904b	\N
5	2026-11-29 19:00:50.505148+00	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	01a0e6b4-be40-7400-9631-d44228cade5f	01a228ae-6b74-760d-b8da-7b3717f8fbc0
6	2026-11-29 19:00:50.51234+00	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	01a0ebdb-1a40-77af-9049-51f585e4021a	01a228ae-6b74-760d-b8da-7b3717f8fbc0
7	2026-11-29 19:00:50.52221+00	kept	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	01a0f101-7640-741a-8699-db6ec0403a92	01a228ae-6b74-760d-bc6e-f0380119fed9
8	2026-11-29 19:00:50.532319+00	kept	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	\N	01a10074-8a40-74e1-8c79-0ab2a416adde	\N
9	2026-11-29 19:00:50.538457+00	kept	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	\N	01a1059a-e640-779e-ad9a-5a5483225066	01a228ae-6b87-72cc-a1ba-54c622d25d13
10	2026-11-29 19:00:50.555104+00	kept	\N	\N	01a10ac1-4240-71ea-b534-d6fb5e9ee132	\N
11	2026-11-29 19:00:50.566942+00	marked	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6c3e-7518-974b-dfa7f730e859	01a00e69-a640-749e-9795-b9f14081f03a	\N
12	2026-11-29 19:00:50.573369+00	marked	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6cdb-71b9-bfb4-57a185bba7b2	01a0ebdb-1a40-77af-9049-51f585e4021a	01a228ae-6b74-760d-b8da-7b3717f8fbc0
13	2026-11-29 19:00:50.575994+00	deleted	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	01a09e9b-b640-7734-a3c3-10f02f48f3e0	\N
14	2026-11-29 19:00:50.584927+00	deleted	fe2c3c27-0c90-409f-95a5-6867bb46b582	\N	01a0f101-7640-741a-8699-db6ec0403a92	01a228ae-6b74-760d-bc6e-f0380119fed9
15	2026-11-29 19:00:50.599116+00	session	fe2c3c27-0c90-409f-95a5-6867bb46b582	01a228ae-6d6b-7002-8a16-b3a32ad0810e		\N
\.


--
-- Data for Name: numbers; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.numbers (number, company_id) FROM stdin;
442079460123	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f
442079460124	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f
74951234567	fe2c3c27-0c90-409f-95a5-6867bb46b582
74951234568	fe2c3c27-0c90-409f-95a5-6867bb46b582
74951234569	fe2c3c27-0c90-409f-95a5-6867bb46b582
\.


--
-- Data for Name: search_index; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.search_index (id, below, countries) FROM stdin;
1	0	{}
\.


--
-- Data for Name: sessions; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.sessions (token_hash, user_id, created_at, seen_at, address, agent) FROM stdin;
81705fb49662d5a72c395696f3528aba14087076aaf413f5ce35d0bd95f88d81	01a228ae-6c3e-7518-974b-dfa7f730e859	2026-11-29 19:00:49.990472+00	2026-11-29 19:00:49.990472+00	192.0.2.7	Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
93123edc04c34e85e6b0d9846cb4efe041da24ac8cdae03549d2aac93d93c9a0	01a228ae-6cdb-71b9-bfb4-57a185bba7b2	2026-11-29 19:00:50.136122+00	2026-11-29 19:00:50.136122+00	192.0.2.7	Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
\.


--
-- Data for Name: tallies; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.tallies (company_id, box, month, kept) FROM stdin;
	*	2026-10	1
	company	2026-10	1
e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	*	2026-10	2
e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	company	2026-10	1
e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	employee	2026-10	1
e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	employee:01a228ae-6b87-72cc-a1ba-54c622d25d13	2026-10	1
fe2c3c27-0c90-409f-95a5-6867bb46b582	*	2026-08	2
fe2c3c27-0c90-409f-95a5-6867bb46b582	*	2026-09	3
fe2c3c27-0c90-409f-95a5-6867bb46b582	company	2026-08	2
fe2c3c27-0c90-409f-95a5-6867bb46b582	company	2026-09	1
fe2c3c27-0c90-409f-95a5-6867bb46b582	employee	2026-09	2
fe2c3c27-0c90-409f-95a5-6867bb46b582	employee:01a228ae-6b74-760d-b8da-7b3717f8fbc0	2026-09	2
fe2c3c27-0c90-409f-95a5-6867bb46b582	employee:01a228ae-6b74-760d-bc6e-f0380119fed9	2026-09	0
\.


--
-- Data for Name: tokens; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.tokens (id, user_id, name, token_hash, created_at, used_at, expires_at, read_only) FROM stdin;
01a228ae-6fec-77c3-a867-3a9d31c3b240	01a228ae-6c3e-7518-974b-dfa7f730e859	nightly	27471469a629492bb5d3d01f41db2e8116e2e446212e211871993565638efaba	2026-11-29 19:00:50.284602+00	\N	2027-02-27 19:00:50.284602+00	f
01a228ae-6ff3-75e6-ba2b-0f735ec3b681	01a228ae-6cdb-71b9-bfb4-57a185bba7b2	phone	c75832f3d2cd46e1a31dd21ee18febbf08c0f41ea823a0d3b517b8d20272e707	2026-11-29 19:00:50.291042+00	\N	2036-11-26 19:00:50.291042+00	f
\.


--
-- Data for Name: unheard; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.unheard (user_id, place) FROM stdin;
01a228ae-6c3e-7518-974b-dfa7f730e859	1873479204864314101
01a228ae-6c3e-7518-974b-dfa7f730e859	1876287710822712915
01a228ae-6c3e-7518-974b-dfa7f730e859	1877103083520355975
01a228ae-6c3e-7518-974b-dfa7f730e859	1877556068352180701
01a228ae-6c3e-7518-974b-dfa7f730e859	1877646665318832638
01a228ae-6c3e-7518-974b-dfa7f730e859	1877737262285103816
01a228ae-6cdb-71b9-bfb4-57a185bba7b2	1877556068352180701
01a228ae-6d6b-7002-8a16-b3a32ad0810e	1877737262285103816
01a228ae-6e07-753a-8d9d-cb8d55d81269	1878009053184170297
01a228ae-6e07-753a-8d9d-cb8d55d81269	1878099650150662364
01a228ae-6e18-74f5-bb58-a92518764f67	1877737262285103816
\.


--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.users (id, company_id, login, name, role, password_hash, language, must_change_password, created_at, logged_in_at, disabled_at) FROM stdin;
01a228ae-6c3e-7518-974b-dfa7f730e859	fe2c3c27-0c90-409f-95a5-6867bb46b582	olga	Ольга Смирнова	administrator	$argon2id$v=19$m=65536,t=3,p=4$I3tyi02BZFBVh6nEKyxsXA$KOlLAmwN1uPMYZPm0Nz7JZ+PFHyQwAefP3pYQ6tZqqg	ru	f	2026-11-29 19:00:49.342389+00	2026-11-29 19:00:49.990472+00	\N
01a228ae-6cdb-71b9-bfb4-57a185bba7b2	fe2c3c27-0c90-409f-95a5-6867bb46b582	anna	Анна Щукина	employee	$argon2id$v=19$m=65536,t=3,p=4$AULDdji1n9QghX2vRH4zhw$Fk7p8Xxj7YT4Md6O6DtW4GMcxwBcTettERA+tCPpLVc	\N	f	2026-11-29 19:00:49.499132+00	2026-11-29 19:00:50.136122+00	\N
01a228ae-6d6b-7002-8a16-b3a32ad0810e	fe2c3c27-0c90-409f-95a5-6867bb46b582	boris	Борис Ёлкин	employee	$argon2id$v=19$m=65536,t=3,p=4$IWZD8nP/1GJ4YxEFSnxDMw$6CU3S6bc7qHvClxHyizijaIgYjXYJ9I9XDbmTMeorCY	\N	f	2026-11-29 19:00:49.643079+00	2026-11-29 19:00:50.277878+00	2026-11-29 19:00:50.596801+00
01a228ae-6e07-753a-8d9d-cb8d55d81269	e813ffe6-0c7a-44ee-87d4-4bf3d6e3b81f	grace	Grace O'Neill	administrator	$argon2id$v=19$m=65536,t=3,p=4$/2E6AmMyqEWc/sz+rdhD2A$uLeAW/S23oO2Zftfwaa7fZjYGDlvBaqftkrESFlF9bw	\N	f	2026-11-29 19:00:49.799299+00	\N	\N
01a228ae-6e18-74f5-bb58-a92518764f67	fe2c3c27-0c90-409f-95a5-6867bb46b582	victor	Виктор	employee	\N	\N	f	2026-11-29 19:00:49.81659+00	\N	\N
\.


--
-- Name: audit_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_id_seq', 23, true);


--
-- Name: news_seq_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.news_seq_seq', 15, true);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: addressees pk_addressees; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.addressees
    ADD CONSTRAINT pk_addressees PRIMARY KEY (key);


--
-- Name: allowances pk_allowances; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.allowances
    ADD CONSTRAINT pk_allowances PRIMARY KEY (company_id);


--
-- Name: assigned_numbers pk_assigned_numbers; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.assigned_numbers
    ADD CONSTRAINT pk_assigned_numbers PRIMARY KEY (number);


--
-- Name: audit pk_audit; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT pk_audit PRIMARY KEY (id);


--
-- Name: bindings pk_bindings; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT pk_bindings PRIMARY KEY (user_id, employee_id);


--
-- Name: companies pk_companies; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.companies
    ADD CONSTRAINT pk_companies PRIMARY KEY (id);


--
-- Name: config_version pk_config_version; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.config_version
    ADD CONSTRAINT pk_config_version PRIMARY KEY (id);


--
-- Name: devices pk_devices; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT pk_devices PRIMARY KEY (token_hash, user_id);


--
-- Name: employees pk_employees; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.employees
    ADD CONSTRAINT pk_employees PRIMARY KEY (id);


--
-- Name: holdings pk_holdings; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.holdings
    ADD CONSTRAINT pk_holdings PRIMARY KEY (company_id, extension, until, employee_id);


--
-- Name: invitations pk_invitations; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT pk_invitations PRIMARY KEY (token_hash);


--
-- Name: login_failures pk_login_failures; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_failures
    ADD CONSTRAINT pk_login_failures PRIMARY KEY (key);


--
-- Name: messages pk_messages; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT pk_messages PRIMARY KEY (place);


--
-- Name: news pk_news; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.news
    ADD CONSTRAINT pk_news PRIMARY KEY (seq);


--
-- Name: numbers pk_numbers; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT pk_numbers PRIMARY KEY (number);


--
-- Name: search_index pk_search_index; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.search_index
    ADD CONSTRAINT pk_search_index PRIMARY KEY (id);


--
-- Name: sessions pk_sessions; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT pk_sessions PRIMARY KEY (token_hash);


--
-- Name: tallies pk_tallies; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tallies
    ADD CONSTRAINT pk_tallies PRIMARY KEY (company_id, box, month);


--
-- Name: tokens pk_tokens; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT pk_tokens PRIMARY KEY (id);


--
-- Name: unheard pk_unheard; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.unheard
    ADD CONSTRAINT pk_unheard PRIMARY KEY (user_id, place);


--
-- Name: users pk_users; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT pk_users PRIMARY KEY (id);


--
-- Name: companies uq_companies_name; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.companies
    ADD CONSTRAINT uq_companies_name UNIQUE (name);


--
-- Name: messages uq_messages_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT uq_messages_id UNIQUE (id);


--
-- Name: tokens uq_tokens_token_hash; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT uq_tokens_token_hash UNIQUE (token_hash);


--
-- Name: users uq_users_login; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT uq_users_login UNIQUE (login);


--
-- Name: ix_addressees_company; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_addressees_company ON public.addressees USING btree (company_id, box, number);


--
-- Name: ix_assigned_numbers_company_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_assigned_numbers_company_id ON public.assigned_numbers USING btree (company_id);


--
-- Name: ix_audit_company; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_audit_company ON public.audit USING btree (company_id, id);


--
-- Name: ix_bindings_employee_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_bindings_employee_id ON public.bindings USING btree (employee_id);


--
-- Name: ix_devices_seen_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_devices_seen_at ON public.devices USING btree (seen_at);


--
-- Name: ix_devices_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_devices_user_id ON public.devices USING btree (user_id);


--
-- Name: ix_employees_extension; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_employees_extension ON public.employees USING btree (company_id, extension);


--
-- Name: ix_invitations_company_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_invitations_company_id ON public.invitations USING btree (company_id);


--
-- Name: ix_invitations_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_invitations_user_id ON public.invitations USING btree (user_id);


--
-- Name: ix_login_failures_last_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_login_failures_last_at ON public.login_failures USING btree (last_at);


--
-- Name: ix_messages_addressee; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_addressee ON public.messages USING btree (company_id, box, addressee_number, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NULL) AND (NOT quiet));


--
-- Name: ix_messages_bin; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_bin ON public.messages USING btree (company_id, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NOT NULL));


--
-- Name: ix_messages_box; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_box ON public.messages USING btree (company_id, box, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NULL) AND (NOT quiet));


--
-- Name: ix_messages_call; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_call ON public.messages USING btree (call_id);


--
-- Name: ix_messages_company; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_company ON public.messages USING btree (company_id, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NULL) AND (NOT quiet));


--
-- Name: ix_messages_drafts; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_drafts ON public.messages USING btree (place) WHERE ((state)::text = 'recording'::text);


--
-- Name: ix_messages_employee; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_employee ON public.messages USING btree (employee_id, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NULL) AND (NOT quiet) AND (employee_id IS NOT NULL));


--
-- Name: ix_messages_going; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_going ON public.messages USING btree (place) WHERE (((state)::text = 'discarded'::text) AND (audio_key IS NOT NULL));


--
-- Name: ix_messages_held; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_held ON public.messages USING btree (company_id, place) WHERE (held_at IS NOT NULL);


--
-- Name: ix_messages_quiet; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_quiet ON public.messages USING btree (company_id, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NULL) AND quiet);


--
-- Name: ix_messages_quiet_box; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_quiet_box ON public.messages USING btree (company_id, box, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NULL) AND quiet);


--
-- Name: ix_messages_quiet_employee; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_quiet_employee ON public.messages USING btree (employee_id, place) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NULL) AND quiet);


--
-- Name: ix_messages_search; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_search ON public.messages USING gin (caller_words public.gin_trgm_ops);


--
-- Name: ix_messages_trash; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_trash ON public.messages USING btree (deleted_at) WHERE (((state)::text = 'kept'::text) AND (deleted_at IS NOT NULL) AND (held_at IS NULL));


--
-- Name: ix_messages_unassigned; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_unassigned ON public.messages USING btree (place) WHERE (company_id IS NULL);


--
-- Name: ix_messages_unkept; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_messages_unkept ON public.messages USING btree (place) WHERE ((state)::text = ANY ((ARRAY['empty'::character varying, 'discarded'::character varying])::text[]));


--
-- Name: ix_numbers_company_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_numbers_company_id ON public.numbers USING btree (company_id);


--
-- Name: ix_sessions_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_sessions_user_id ON public.sessions USING btree (user_id);


--
-- Name: ix_tokens_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_tokens_user_id ON public.tokens USING btree (user_id);


--
-- Name: ix_unheard_place; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_unheard_place ON public.unheard USING btree (place);


--
-- Name: ix_users_company_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_users_company_id ON public.users USING btree (company_id);


--
-- Name: uq_employees_present; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX uq_employees_present ON public.employees USING btree (company_id, extension) WHERE (until IS NULL);


--
-- Name: allowances fk_allowances_company_id_companies; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.allowances
    ADD CONSTRAINT fk_allowances_company_id_companies FOREIGN KEY (company_id) REFERENCES public.companies(id) ON DELETE CASCADE;


--
-- Name: assigned_numbers fk_assigned_numbers_company_id_companies; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.assigned_numbers
    ADD CONSTRAINT fk_assigned_numbers_company_id_companies FOREIGN KEY (company_id) REFERENCES public.companies(id) ON DELETE CASCADE;


--
-- Name: bindings fk_bindings_employee_id_employees; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT fk_bindings_employee_id_employees FOREIGN KEY (employee_id) REFERENCES public.employees(id) ON DELETE CASCADE;


--
-- Name: bindings fk_bindings_user_id_users; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.bindings
    ADD CONSTRAINT fk_bindings_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: devices fk_devices_user_id_users; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT fk_devices_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: holdings fk_holdings_employee_id_employees; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.holdings
    ADD CONSTRAINT fk_holdings_employee_id_employees FOREIGN KEY (employee_id) REFERENCES public.employees(id) ON DELETE CASCADE;


--
-- Name: invitations fk_invitations_company_id_companies; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT fk_invitations_company_id_companies FOREIGN KEY (company_id) REFERENCES public.companies(id) ON DELETE CASCADE;


--
-- Name: invitations fk_invitations_user_id_users; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT fk_invitations_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: numbers fk_numbers_company_id_companies; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT fk_numbers_company_id_companies FOREIGN KEY (company_id) REFERENCES public.companies(id) ON DELETE CASCADE;


--
-- Name: sessions fk_sessions_user_id_users; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT fk_sessions_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: tokens fk_tokens_user_id_users; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT fk_tokens_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: unheard fk_unheard_place_messages; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.unheard
    ADD CONSTRAINT fk_unheard_place_messages FOREIGN KEY (place) REFERENCES public.messages(place) ON DELETE CASCADE;


--
-- Name: unheard fk_unheard_user_id_users; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.unheard
    ADD CONSTRAINT fk_unheard_user_id_users FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;


--
-- Name: users fk_users_company_id_companies; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT fk_users_company_id_companies FOREIGN KEY (company_id) REFERENCES public.companies(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


